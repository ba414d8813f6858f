// A server on loopback; `answer` gets method, path, headers and the body's text, and gives [status, headers, body].

import { createServer } from "node:http";

const MOST = 64 * 1024;

export async function serve(answer) {
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) if ((text += part).length > MOST) return request.destroy();
    const { method, url, headers } = request;
    const [status, more, body] = await answer({ method, path: new URL(url, "http://shop").pathname, headers, text })
      .catch((error) => [500, {}, { error: error.message }]);
    response.writeHead(status, { "content-type": "application/json", ...more });
    response.end(JSON.stringify(body ?? {}));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

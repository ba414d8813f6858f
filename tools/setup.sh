#!/usr/bin/env bash
# Sets a checkout up: .venv and node_modules, from the lock files alone, into this folder alone; nothing is compiled.
#
#   tools/setup.sh            what is not there yet, or not as the lock files say
#   tools/setup.sh --check    only what can be refused at once
#   tools/setup.sh --doctor   a table of what was found, what is missing, and what only that is needed for
#
# PYTHON=… chooses an interpreter. What cannot work is refused in the first second, in one sentence that says what to do.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

OLDEST=11 NEWEST=14 NODE=20
NEEDED_MB=1650 # .venv 600, node_modules 400, unpacking and the build
LOG=build/setup.log

refuse() { # One sentence: what is wrong, and what to do.
  printf 'KGST: %s\n' "$1" >&2
  exit 1
}

# ------------------------------------------------------------------------------------------------------- what is here

# A name on the path may be a shim of a version that is not there: each is run.
version_of() { "$1" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null; }

supported() { # 3.<minor>.<patch>
  local minor=${1#3.}
  [[ $1 == 3.* ]] && minor=${minor%%.*} && ((minor >= OLDEST && minor <= NEWEST))
}

find_python() { # Sets PYTHON and PYTHON_VERSION; refuses when none fits.
  local candidate version others=""
  if [[ -n ${PYTHON:-} ]]; then
    version=$(version_of "$PYTHON")
    [[ -n $version ]] || refuse "PYTHON=$PYTHON does not run; name a Python 3.$OLDEST to 3.$NEWEST that does, for example by its whole path."
    supported "$version" || refuse "PYTHON=$PYTHON is Python $version; KGST needs 3.$OLDEST to 3.$NEWEST."
    PYTHON_VERSION=$version
    return
  fi
  # A Python with the fast engine of the property tests first.
  for candidate in python3.11 python3.12 python3.13 python3.14 python3 python; do
    version=$(version_of "$candidate")
    [[ -n $version ]] || continue
    if supported "$version"; then
      PYTHON=$candidate PYTHON_VERSION=$version
      # One without the venv module is only taken when there is no other.
      has_venv "$candidate" && return
      WITHOUT_VENV=${WITHOUT_VENV:-$candidate}
    elif [[ $others != *"$version"* ]]; then
      others+="${others:+, }$version"
    fi
  done
  if [[ -n ${WITHOUT_VENV:-} ]]; then
    PYTHON=$WITHOUT_VENV PYTHON_VERSION=$(version_of "$WITHOUT_VENV")
    return
  fi
  PYTHON=""
  refuse "no Python 3.$OLDEST to 3.$NEWEST was found${others:+ (only $others)}; install one, or name it: make setup PYTHON=/path/to/python3.12."
}

has_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

node_version() { node --version 2>/dev/null | sed -n 's/^v\([0-9][0-9.]*\).*/\1/p'; }

has() { command -v "$1" >/dev/null 2>&1; }

check_system() {
  local system processor
  system=$(uname -s) processor=$(uname -m)
  case $system/$processor in
    Linux/x86_64 | Linux/aarch64 | Darwin/arm64) ;;
    Darwin/x86_64) refuse "Macs with an Intel processor are not supported, as ckzg has no build for them; use Linux x86-64 or arm64, or a Mac with Apple silicon." ;;
    Linux/* | Darwin/*) refuse "the processor $processor is not supported, as some packages have no build for it; use x86-64 or arm64." ;;
    *) refuse "the system $system is not supported; use Linux or macOS (on Windows: WSL)." ;;
  esac
  if [[ $system == Linux ]] && ldd --version 2>&1 | grep -qi musl; then
    refuse "this Linux has musl instead of glibc, which some packages have no build for; use Debian, Ubuntu, Fedora or alike."
  fi
}

check_tools() {
  has git || refuse "git was not found; install it (Debian: apt install git)."
  has make || refuse "make was not found; install it (Debian: apt install make)."
  has node || refuse "Node was not found; install Node $NODE or newer, with npm (https://nodejs.org)."
  local version
  version=$(node_version)
  [[ -n $version ]] || refuse "\`node --version\` does not answer; install Node $NODE or newer (https://nodejs.org)."
  ((${version%%.*} >= NODE)) || refuse "Node $version is too old; install Node $NODE or newer (https://nodejs.org)."
  has npm || refuse "npm was not found, though Node is here; install it (Debian: apt install npm)."
}

check_python() {
  find_python
  has_venv "$PYTHON" || refuse "Python $PYTHON_VERSION ($PYTHON) has no venv module; install it (Debian: apt install python${PYTHON_VERSION%.*}-venv), or name another Python: make setup PYTHON=/path/to/python3."
}

check_folder() {
  local trial
  trial=$(mktemp -d ./.setup-XXXXXX 2>/dev/null) || refuse "the folder $PWD cannot be written to, or is full; clone KGST to where you may write and some $NEEDED_MB MB are free."
  rmdir "$trial"
  [[ -d .venv && -f .venv/.ready ]] && return
  local free
  free=$(df -Pm . 2>/dev/null | awk 'NR == 2 {print $4}')
  if [[ $free =~ ^[0-9]+$ ]] && ((free < NEEDED_MB)); then
    refuse "only $free MB are free in $PWD and setting up takes $NEEDED_MB; make room, or clone KGST to a larger disk."
  fi
}

check() {
  check_system
  check_tools
  check_python
  check_folder
}

# ------------------------------------------------------------------------------------------------------------ the table

row() { printf '  %-10s %-30.30s %s\n' "$1" "$2" "$3"; }

doctor() {
  local version
  row "" found "needed for"
  row system "$(uname -s) $(uname -m)" "everything: Linux x86-64, arm64, macOS arm64"
  version=$( (find_python && echo "$PYTHON_VERSION ($PYTHON)") 2>/dev/null) || true
  row Python "${version:-missing}" "everything: 3.$OLDEST to 3.$NEWEST"
  if [[ -n $version ]]; then
    row venv "$(find_python 2>/dev/null; has_venv "$PYTHON" && echo yes || echo missing)" "everything"
  fi
  version=$(node_version)
  row Node "${version:-missing}" "everything: $NODE or newer"
  row npm "$(has npm && npm --version 2>/dev/null || echo missing)" "everything"
  row git "$(has git && git --version 2>/dev/null | sed 's/git version //' || echo missing)" "everything"
  row .venv "$(venv_state)" "made by make setup"
  row packages "$(modules_state)" "node_modules, made by make setup"
  row "free disk" "$(df -Pm . 2>/dev/null | awk 'NR == 2 {print $4}') MB" "set-up: $NEEDED_MB MB"
  row pyrevm "$(.venv/bin/python -c 'import pyrevm; print("yes")' 2>/dev/null || echo no)" "fast property tests; else py-evm, fewer"
  row anvil "$(tool_state anvil)" "integration tests, rehearse, gas, drill"
  row forge "$(tool_state forge)" "lint, format, prove"
  row uv "$(has uv && uv --version 2>/dev/null | cut -d' ' -f2 || echo no)" "make lock only"
  row Chromium "$(first_of chromium chromium-browser google-chrome)" "nothing that make demo or make test runs"
  (check)
}

first_of() {
  local name
  for name in "$@"; do has "$name" && { command -v "$name"; return; }; done
  echo no
}

tool_state() {
  if [[ -x node_modules/.bin/$1 ]]; then
    echo "yes (npm)"
  elif has "$1"; then
    command -v "$1"
  else
    case $(uname -s)/$(uname -m) in
      Linux/x86_64) echo "comes with make setup" ;;
      *) echo "no: getfoundry.sh, 1.7.1" ;;
    esac
  fi
}

venv_state() {
  if [[ ! -e .venv ]]; then
    echo "not made yet"
  elif venv_whole; then
    echo "Python $(version_of .venv/bin/python)$([[ -f .venv/.ready ]] || echo ', not finished')"
  else
    echo "half made: make setup makes it anew"
  fi
}

modules_state() {
  if [[ ! -e node_modules ]]; then
    echo "not made yet"
  elif modules_whole; then
    echo "as package-lock.json"
  else
    echo "half made or old"
  fi
}

# --------------------------------------------------------------------------------------------------------------- making

# With pip, of a supported version, and of the Python that was asked for.
venv_whole() {
  local version
  version=$(version_of .venv/bin/python)
  [[ -n $version ]] && supported "$version" && .venv/bin/python -c 'import pip' 2>/dev/null || return 1
  [[ -z ${ASKED:-} || ${version%.*} == "${PYTHON_VERSION%.*}" ]]
}

# npm's own list inside the folder is written last; ours says from which lock file.
modules_whole() {
  [[ -f node_modules/.kgst-lock && -f node_modules/.package-lock.json ]] &&
    cmp -s package-lock.json node_modules/.kgst-lock
}

# Where a package manager goes to, by the user's own settings: for the sentence when it does not answer.
npm_goes_to() {
  local proxy registry
  registry=$(npm config get registry 2>/dev/null)
  proxy=$(npm config get https-proxy 2>/dev/null)
  [[ -n $proxy && $proxy != null ]] || proxy=${HTTPS_PROXY:-${https_proxy:-}}
  echo "$(host_of "$registry")$([[ -n $proxy ]] && echo " through the proxy $(host_of "$proxy")")"
}

pip_goes_to() {
  local settings index proxy
  settings=$(.venv/bin/python -m pip config list 2>/dev/null)
  index=${PIP_INDEX_URL:-$(sed -n "s/^[^ ]*\.index-url='\(.*\)'$/\1/p" <<<"$settings" | tail -1)}
  proxy=${PIP_PROXY:-$(sed -n "s/^[^ ]*\.proxy='\(.*\)'$/\1/p" <<<"$settings" | tail -1)}
  proxy=${proxy:-${HTTPS_PROXY:-${https_proxy:-${ALL_PROXY:-${all_proxy:-}}}}}
  [[ -n $index ]] && index=$(host_of "$index")
  echo "${index:-the package index of pip}${proxy:+ through the proxy $(host_of "$proxy")}"
}

host_of() { sed -E 's#^[a-z+]+://##; s#^[^@/]*@##; s#/.*$##' <<<"$1"; }

# Runs one step: its name, then the command, whose words go to the log; a sign of life each ten seconds.
step() {
  local name=$1 began=$SECONDS code=0 told=0
  shift
  printf '%s …\n' "$name"
  "$@" >>"$LOG" 2>&1 </dev/null &
  RUNNING=$!
  while kill -0 "$RUNNING" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - began >= told + 10)); then
      told=$((SECONDS - began))
      printf '  … %d s, %s\n' "$told" "$(progress)"
    fi
  done
  wait "$RUNNING" || code=$?
  ((code == 0)) && printf '  %s: %d s, %s\n' "$name" $((SECONDS - began)) "$(size)"
  return "$code"
}

# pip first fetches one after the other, then lays all into the folder: the number of packages, then the size.
progress() {
  local begun
  begun=$(grep -c '^Collecting' "$LOG")
  if [[ $FOLDER == .venv ]] && ((begun > 0)) && ! grep -q '^Installing collected packages: .*,' "$LOG"; then
    echo "$begun of $(grep -c '^[a-zA-Z].*==' requirements/project.txt) packages looked at"
  else
    size
  fi
}

size() { du -sm "$FOLDER" 2>/dev/null | awk '{print $1 " MB"}'; }

# What the log says of why, in one sentence.
explain() { # what, where it goes to
  local said
  said=$(tail -n 200 "$LOG")
  if grep -qiE 'No space left|ENOSPC|Disk quota' <<<"$said"; then
    refuse "the disk is full while $1 were installed ($(df -Pm . | awk 'NR == 2 {print $4}') MB free); make room and run the same again."
  elif grep -qiE 'ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|network|ProxyError|NewConnectionError|ConnectTimeout|Max retries|Temporary failure|SSLError|CERT_|certificate|tunneling|Could not fetch|connection|from versions: none' <<<"$said"; then
    refuse "$1 could not be fetched, as $2 does not answer; check the network and the proxy settings (HTTPS_PROXY, npm config, pip config), then run the same again. Details: $LOG."
  elif grep -qiE 'EACCES|EROFS|Permission denied|Read-only' <<<"$said"; then
    refuse "$1 could not be written into $PWD; see who owns the folders .venv and node_modules. Details: $LOG."
  fi
  tail -n 5 "$LOG" >&2
  refuse "$1 could not be installed; the whole story is in $LOG."
}

make_modules() {
  modules_whole && return
  FOLDER=node_modules
  # Retries of minutes would be silence.
  step "npm packages (some 170 MB to fetch)" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error \
    --fetch-retries="${KGST_RETRIES:-2}" --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=4000 ||
    explain "npm packages" "$(npm_goes_to)"
  cp package-lock.json node_modules/.kgst-lock
}

pip_install() {
  .venv/bin/python -m pip install --progress-bar off --disable-pip-version-check --no-input --retries "${KGST_RETRIES:-2}" "$@"
}

python_packages() {
  local builder=build/builder.txt
  # What builds the few plain-Python archives comes from the lock file too: first, and by itself.
  awk '/^[a-z]/ {on = /^setuptools==/} on' requirements/project.txt >"$builder"
  pip_install --require-hashes --no-deps --only-binary :all: -r "$builder" || return
  # The lock file is whole, and overrides what ape asks for where that has no wheels: --no-deps.
  pip_install --require-hashes --no-deps --no-build-isolation --only-binary :all: \
    --no-binary lazyasd,python-baseconv,varint -r requirements/project.txt || return
  pip_install --no-deps --no-build-isolation -e .
}

make_venv() {
  FOLDER=.venv
  if [[ -e .venv ]] && ! venv_whole; then
    echo "The .venv here is half made, or another Python's: it is made anew."
    rm -rf .venv
  fi
  if [[ ! -e .venv ]]; then
    step "virtual environment, Python $PYTHON_VERSION" "$PYTHON" -m venv .venv || {
      rm -rf .venv
      explain "the virtual environment's files" "ensurepip"
    }
  fi
  step "Python packages (some 150 MB to fetch)" python_packages || explain "Python packages" "$(pip_goes_to)"
  step "compiler" .venv/bin/python tools/install_tools.py || explain "the compiler's files" "npm's solc"
}

# Since the files that the set-up follows were last changed.
done_already() {
  local file
  [[ -f .venv/.ready ]] && venv_whole && modules_whole || return 1
  for file in requirements/project.txt pyproject.toml package-lock.json tools/install_tools.py tools/solc.cjs tools/setup.sh; do
    [[ $file -nt .venv/.ready ]] && return 1
  done
  return 0
}

main() {
  local began=$SECONDS
  ASKED=${PYTHON:-}
  check
  mkdir -p build
  # Two at once: the second waits, and finds all done.
  if has flock; then
    exec 9>build/setup.lock
    flock -n 9 || { echo "Another set-up of this folder is running; waiting for it."; flock 9; }
  fi
  done_already && return
  : >"$LOG"
  trap 'kill "${RUNNING:-}" 2>/dev/null; echo "KGST: interrupted; the same again goes on." >&2; exit 130' INT TERM
  printf 'KGST set-up: Python %s, Node %s, %s %s\n' "$PYTHON_VERSION" "$(node_version)" "$(uname -s)" "$(uname -m)"
  make_modules
  make_venv
  touch .venv/.ready
  printf 'set up in %d s\n' $((SECONDS - began))
}

case ${1:-} in
  "") main ;;
  --check) check ;;
  --doctor) doctor ;;
  *) refuse "tools/setup.sh takes --check or --doctor, not $1." ;;
esac

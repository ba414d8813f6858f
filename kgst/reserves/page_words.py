"""The words of a report's page, in Kyrgyz, Russian and English."""

from __future__ import annotations

from typing import Final, TypeVar

from kgst.settling.model import Category, Kind

__all__ = ["AGES", "CATEGORIES", "KINDS", "LANGUAGES", "WORDS"]

K = TypeVar("K")

LANGUAGES: Final = {"ky": "Кыргызча", "ru": "Русский", "en": "English"}

# By key: Kyrgyz, Russian, English.
_TEXTS: Final = {
    "title": (
        "KGST резервдери жөнүндө отчёт",
        "Отчёт о резервах KGST",
        "Report on the reserves of KGST",
    ),
    "note": (
        "Көз карандысыз үлгү ишке ашыруу. Тест тармагы; соодадагы бир да токендин эмитентине тиешеси жок.",
        "Независимая эталонная реализация. Тестовая сеть; не связана с эмитентом какого-либо обращающегося токена.",
        "Independent reference implementation. Testnet; not affiliated with the issuer of any listed token.",
    ),
    "som": ("сом", "сом", "som"),
    "closing": (
        "Банк күнүнүн аягына карата (Бишкек)",
        "На конец банковского дня (Бишкек)",
        "At the end of the banking day (Bishkek)",
    ),
    "epoch": ("Отчёттун номери", "Номер отчёта", "Number of the report"),
    "chain": ("Тармак", "Сеть", "Chain"),
    "token": ("Токен", "Токен", "Token"),
    "total": ("Резервдер, бардыгы", "Резервы, всего", "Reserves, in all"),
    "accounts": ("Эсептер", "Счета", "Accounts"),
    "bank": ("Банк", "Банк", "Bank"),
    "unknown": ("көрсөтүлгөн эмес", "не указано", "not given"),
    "owner": ("Ээси", "Владелец", "Owner"),
    "account": ("Эсеп", "Счёт", "Account"),
    "balance": ("Калдык", "Остаток", "Balance"),
    "closed": ("Калдыктын күнү", "Дата остатка", "Closed on"),
    "source": ("Баштапкы файл", "Исходный файл", "Source file"),
    "from_file": ("банктын форматында", "в формате банка", "in the bank's format"),
    "transcribed": (
        "көрсөткүчтү адам көчүрүп жазган",
        "цифра переписана человеком",
        "the figure was written down by a person",
    ),
    "files": ("Көчүрмөлөрдүн файлдары", "Файлы выписок", "Files of statements"),
    "file": ("Файл", "Файл", "File"),
    "whose": ("Кимден алынган", "От кого получен", "Where it is from"),
    "signed_by": ("банк кол койгон", "подписан банком", "signed by the bank"),
    "certificate": (
        "сертификаттын SHA-256 изи",
        "отпечаток SHA-256 сертификата",
        "SHA-256 of the certificate",
    ),
    "from_issuer": (
        "банктын колу жок: эмитенттен алынган",
        "без подписи банка: от эмитента",
        "not signed by the bank: from the issuer",
    ),
    "deductions": ("Кемитилген суммалар", "Вычтенные суммы", "Taken off"),
    "value_after_closing": (
        "валюталоо күнү кийин",
        "дата валютирования позже",
        "of a later value date",
    ),
    "transfer_in_transit": (
        "өз эсептеринин ортосунда жолдо",
        "в пути между своими счетами",
        "on its way between own accounts",
    ),
    "composition": ("Ар бир банктын үлүшү", "Доля каждого банка", "Share of each bank"),
    "redemptions": ("Токендерди акчага алмаштыруу", "Погашение токенов", "Redemptions"),
    "burned": (
        "Бардык убакытта жок кылынган токендер",
        "Сожжено токенов за всё время",
        "Tokens ever burned",
    ),
    "settled": ("Анын ичинен төлөнгөнү", "Из них выплачено", "Of these, paid out"),
    "owed": ("Төлөнө электери", "Ещё не выплачено", "Still owed"),
    "settled_now": (
        "Бул отчёттун мезгилинде төлөндү",
        "Выплачено за период этого отчёта",
        "Paid in the period of this report",
    ),
    "reopened_now": (
        "Банктар кайтарган төлөмдөр",
        "Платежи, возвращённые банками",
        "Payments that banks returned",
    ),
    "unassigned": (
        "Кайсы төлөмдүкү экени белгисиз кайтарымдар",
        "Возвраты без указания платежа",
        "Returns that name no payment",
    ),
    "by_hand": (
        "Төлөнгөн сумманы банк эмес, адам көрсөттү",
        "Сумма выплат указана человеком, а не банком",
        "What is paid out was stated by a person, not by a bank",
    ),
    "unchanged": (
        "Көчүрмөлөрдө төлөмдөр көрсөтүлгөн эмес: сумма өзгөргөн жок",
        "В выписках нет платежей: сумма прежняя",
        "The statements show no payments: the figure is as before",
    ),
    "ages": (
        "Төлөнө электери, жок кылынган күндөн бери",
        "Ещё не выплачено, по времени с сожжения",
        "Still owed, by the time since the burn",
    ),
    "ages_unknown": (
        "Кайсынысы төлөнө элек экени белгисиз",
        "Неизвестно, какие погашения открыты",
        "It is not known which redemptions are open",
    ),
    "count": ("Саны", "Число", "Number"),
    "amount": ("Суммасы", "Сумма", "Amount"),
    "moved": ("Башка кыймылдар", "Прочие движения", "What else moved"),
    "named": (
        "Тактоону талап кылган кыймылдар",
        "Движения, которые надо выяснить",
        "Movements to be cleared up",
    ),
    "hashes": ("Текшерүү", "Проверка", "To verify"),
    "report_hash": (
        "Отчёттун хеши (чынжырда жазылган)",
        "Хеш отчёта (записан в сети)",
        "Hash of the report (on the chain)",
    ),
    "annex_hash": (
        "Купуя тиркеменин хеши",
        "Хеш конфиденциального приложения",
        "Hash of the confidential annex",
    ),
    "previous_hash": (
        "Мурунку отчёттун хеши",
        "Хеш предыдущего отчёта",
        "Hash of the report before",
    ),
    "first": ("биринчи отчёт", "первый отчёт", "the first report"),
    "leaves": (
        "Токендерин алмаштырган ар бир адам жазуусун өз «тузу» (salt) аркылуу таба алат; жазуулар",
        "Каждый получатель находит свою запись по своей «соли» (salt); записей",
        "Each payee finds his own entry by his salt; entries",
    ),
    "how": (
        "Бул барак JSON-отчёттон жасалган; милдеттүүсү — отчёт. Текшерүү:",
        "Эта страница сделана из отчёта в JSON; обязывает отчёт. Проверить:",
        "This page is made of the report in JSON; the report is what binds. To verify it:",
    ),
}

_CATEGORIES: Final = {
    Category.FEE: ("банктын комиссиялары", "комиссии банков", "fees of the banks"),
    Category.INTEREST: ("пайыздар", "проценты", "interest"),
    Category.TAX: ("салыктар", "налоги", "tax"),
    Category.OWN_TRANSFER: (
        "резерв эсептеринин ортосунда",
        "между резервными счетами",
        "between reserve accounts",
    ),
    Category.TOP_UP: (
        "эмитенттин башка эсептеринен",
        "с других счетов эмитента",
        "from other accounts of the issuer",
    ),
    Category.WITHDRAWAL: (
        "эмитенттин башка эсептерине",
        "на другие счета эмитента",
        "to other accounts of the issuer",
    ),
}

_KINDS: Final = {
    Kind.RETURNED: ("төлөм кайтып келди", "платёж вернулся", "the payment came back"),
    Kind.PROBABLE: ("суммасы гана дал келет", "совпадает только сумма", "only the amount fits"),
    Kind.AMBIGUOUS: ("бир нечесине дал келет", "подходит к нескольким", "fits several"),
    Kind.PAID_TWICE: ("эки жолу төлөндү", "выплачено дважды", "paid twice"),
    Kind.WRONG_AMOUNT: ("суммасы башка", "другая сумма", "another amount"),
    Kind.UNMATCHED: ("эч нерсеге дал келбейт", "ничему не соответствует", "pays nothing known"),
    Kind.TO_ITSELF: ("эмитенттин өз эсебине", "на счёт самого эмитента", "to the issuer itself"),
    Kind.NO_ORDER: (
        "бир сумма менен, тапшырмасы жок",
        "одной суммой, без поручения",
        "in one sum, without its order",
    ),
    Kind.ORDER_DIFFERS: (
        "тапшырмага дал келбейт",
        "расходится с поручением",
        "differs from its order",
    ),
    Kind.DETAILS_DIFFER: (
        "бөлүктөрү суммага барабар эмес",
        "части не дают суммы",
        "the parts are not the sum",
    ),
    Kind.RETURNED_UNPAID: (
        "төлөнгөндөн көп кайтты",
        "вернулось больше выплаченного",
        "more came back than was paid",
    ),
    Kind.RETURN_UNASSIGNED: (
        "кайсы төлөм экени белгисиз кайтарым",
        "возврат без указания платежа",
        "a return that names no payment",
    ),
}

_AGES: Final = {
    0: ("ошол күнү же кийин", "в тот же день или позже", "on that day or later"),
    1: ("1–2 күн", "1–2 дня", "1 or 2 days"),
    3: ("3–7 күн", "3–7 дней", "3 to 7 days"),
    8: ("8–30 күн", "8–30 дней", "8 to 30 days"),
    31: ("30 күндөн көп", "больше 30 дней", "more than 30 days"),
}


def _by_language(texts: dict[K, tuple[str, str, str]]) -> dict[str, dict[K, str]]:
    return {
        language: {key: words[place] for key, words in texts.items()}
        for place, language in enumerate(LANGUAGES)
    }


WORDS: Final = _by_language(_TEXTS)
CATEGORIES: Final = _by_language(_CATEGORIES)
KINDS: Final = _by_language(_KINDS)
AGES: Final = _by_language(_AGES)

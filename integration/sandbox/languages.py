"""Error messages in another language than English, for callers that did not ask for one.

Only what a client is tempted to classify by is translated in full; every other message becomes one general
sentence, so that nothing of the English text remains.
"""

import re
from typing import Any

import orjson

from integration.sandbox.http import Reply

_SPANISH = (
    (r"There is nothing to post\.", "No hay nada que registrar."),
    (
        r"(.+) must be equal to '(.*)'  in (.+)\. Current value is '(.*)'\.",
        r"\1 debe ser igual a '\2' en \3. El valor actual es '\4'.",
    ),
    (
        r"(.+) must have a value in (.+)\. It cannot be zero or empty\.",
        r"\1 debe tener un valor en \2. No puede ser cero ni estar vacío.",
    ),
    (r"You cannot receive more than (.+) units\.", r"No puede recibir más de \1 unidades."),
    (r"You cannot invoice more than (.+) units\.", r"No puede facturar más de \1 unidades."),
    (
        r"Posting Date is not within your range of allowed posting dates(.*)",
        r"Fecha registro no está dentro del intervalo de fechas de registro permitidas\1",
    ),
    (
        r"Purchase Invoice (.+) already exists for this vendor\.",
        r"La factura de compra \1 ya existe para este proveedor.",
    ),
    (
        r"The operation could not complete because a record .+",
        "La operación no se pudo completar porque otra sesión está actualizando un registro de la tabla.",
    ),
    (
        r"The record in table (.+) already exists\. Identification fields and values: (.+)",
        r"El registro de la tabla \1 ya existe. Campos y valores de identificación: \2",
    ),
    (
        r"The (.+) does not exist\. Identification fields and values: (.+)",
        r"El \1 no existe. Campos y valores de identificación: \2",
    ),
)
_OTHER = {"es": "Se produjo un error al procesar la solicitud."}
_SENTENCES = {"es": [(re.compile(english, re.DOTALL), other) for english, other in _SPANISH]}
KNOWN = ("en", *_SENTENCES)
_CORRELATION = "  CorrelationId:  "


def is_known(language: Any) -> bool:
    """Whether messages can be told in it; "es-ES" is Spanish."""
    return isinstance(language, str) and _code(language) in KNOWN


def translate(reply: Reply, language: str) -> Reply:
    """The same reply with its error message in the language; unknown languages stay English, as in BC."""
    code = _code(language)
    if reply.status < 400 or code not in _SENTENCES or not reply.content_type.startswith("application/json"):
        return reply
    envelope = orjson.loads(reply.body)
    message, mark, correlation = envelope["error"]["message"].partition(_CORRELATION)
    envelope["error"]["message"] = _translated(message, code) + mark + correlation
    reply.body = orjson.dumps(envelope)
    return reply


def _translated(message: str, code: str) -> str:
    for english, other in _SENTENCES[code]:
        match = english.fullmatch(message)
        if match is not None:
            return match.expand(other)
    return _OTHER[code]


def _code(language: str) -> str:
    return language.partition("-")[0].lower()

"""A PDF signed as readers of PDFs check it: PAdES B-B, or B-T (ETSI EN 319 142-1), through pyHanko, an extra."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from docgen.bundle.keys import PrivateKey
from docgen.bundle.time_stamps import Question
from docgen.errors import DocgenError, IntegrityError, UsageError

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer
    from pyhanko.sign.timestamps import TimeStamper

FIELD = "Signature"
"""Name of the first signature field; the second is `Signature2`."""

_MORE = 64
"""No signature of any kind of key is longer than the key on the wire and so many bytes."""


Answer = Callable[[Question], bytes]
"""What a time stamping authority answers to a question, proved."""


def sign_pdf(
    data: bytes, key: AbstractContextManager[PrivateKey], *, reason: str, answer: Answer | None = None
) -> bytes:
    """Return a PDF with a signature added at its end; what was there stays, to the byte.

    The signature says the time of the signer's clock, and holds a time stamp over itself where an authority is asked.
    No proof against revocation is added.

    Args:
        data: the PDF.
        key: as `opened_key` gives it, with its certificate; opened once it is sure that it can be used.
        reason: what the signature means, as readers show it.
        answer: asks a time stamping authority; None for no time stamp.

    Raises:
        UsageError: pyHanko is not installed, or the key does not serve or has no certificate.
        SourceError: the key's token is gone, or the authority does not answer.
        IntegrityError: the PDF cannot be signed without changing what it is.
    """
    try:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign.fields import SigSeedSubFilter
        from pyhanko.sign.signers import PdfSignatureMetadata
        from pyhanko.sign.signers import sign_pdf as add_signature
    except ImportError as err:
        raise UsageError("signing a PDF needs pyHanko", hint="pip install 'docgen[pades]'") from err
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    with key as held:
        signer = _signer(held)
        try:
            writer = IncrementalPdfFileWriter(io.BytesIO(data))
            there = len(tuple(writer.prev.embedded_signatures))
            meta = PdfSignatureMetadata(
                field_name=f"{FIELD}{there + 1 if there else ''}",
                md_algorithm="sha256",
                reason=reason,
                subfilter=SigSeedSubFilter.PADES,
            )
            signed: bytes = add_signature(
                writer, meta, signer, timestamper=_stamper(answer) if answer else None
            ).getvalue()
        except DocgenError:  # of the key or of the authority
            raise
        except Exception as err:  # pyHanko raises many kinds; none of them leaves a signature
            raise IntegrityError(f"the PDF cannot be signed: {err}", hint="sign the PDF as it was built") from err
    if not signed.startswith(data):
        raise IntegrityError("signing would change the PDF itself", hint="sign the PDF as it was built")
    return signed


def _stamper(answer: Answer) -> TimeStamper:
    """Return an authority as pyHanko asks it: once to learn how long an answer is, and once for the signature."""
    from asn1crypto.tsp import TimeStampReq, TimeStampResp
    from pyhanko.sign.timestamps import TimeStamper

    class Proved(TimeStamper):
        async def async_request_tsa_response(self, req: TimeStampReq) -> TimeStampResp:
            """Return an answer that was proved by the firm's certificates."""
            digest, nonce = req["message_imprint"]["hashed_message"].native, req["nonce"].native
            return TimeStampResp.load(answer(Question(digest=digest, request=req.dump(), nonce=nonce)))

    return Proved()  # type: ignore[no-untyped-call]  # its forerunner is untyped


def _signer(key: PrivateKey) -> Signer:
    """Return a key as pyHanko's signers are."""
    from pyhanko.keys import load_certs_from_pemder_data
    from pyhanko.sign.signers import Signer
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    if not key.certificates:
        raise UsageError(
            "the key has no certificate with it, which a signature in a PDF needs",
            hint="give a PKCS#12 file, or a key on a token beside its certificate",
        )
    own, *others = (next(iter(load_certs_from_pemder_data(item))) for item in key.certificates)
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(others)

    class KeySigner(Signer):
        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: ARG002, FBT001, FBT002  # as pyHanko calls it
            """Return a signature, or as many bytes as it has at most: no token signs for a rehearsal."""
            return bytes(len(key.public.wire) + _MORE) if dry_run else key.sign(data)

    return KeySigner(signing_cert=own, cert_registry=store)

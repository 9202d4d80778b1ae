"""A PDF signed as readers of PDFs check it: PAdES baseline B-B (ETSI EN 319 142-1), through pyHanko, an extra."""

from __future__ import annotations

import io
import logging
from pathlib import Path

from docgen.bundle.keys import read_private
from docgen.errors import IntegrityError, UsageError

FIELD = "Signature"
"""Name of the first signature field; the second is `Signature2`."""


def sign_pdf(data: bytes, p12: Path, passphrase: str | None, *, reason: str) -> bytes:
    """Return a PDF with a signature added at its end; what was there stays, to the byte.

    The signature says the time of the signer's clock. No time stamp and no proof against revocation is added.

    Args:
        data: the PDF.
        p12: a PKCS#12 file with key and certificate.
        passphrase: of that file.
        reason: what the signature means, as readers show it.

    Raises:
        UsageError: pyHanko is not installed, or the file holds no key with a certificate.
        IntegrityError: the PDF cannot be signed without changing what it is.
    """
    try:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign.fields import SigSeedSubFilter
        from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner
        from pyhanko.sign.signers import sign_pdf as add_signature
    except ImportError as err:
        raise UsageError("signing a PDF needs pyHanko", hint="pip install 'docgen[pades]'") from err
    read_private(p12, passphrase)  # tells what is wrong with a file before pyHanko, which does not
    secret = None if passphrase is None else passphrase.encode("utf-8")
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    signer = SimpleSigner.load_pkcs12(str(p12), passphrase=secret)
    if signer is None or signer.signing_cert is None:
        raise UsageError(f"{p12}: no PKCS#12 file with a key and its certificate", hint="see docs/approvals.md")
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        there = len(tuple(writer.prev.embedded_signatures))
        meta = PdfSignatureMetadata(
            field_name=f"{FIELD}{there + 1 if there else ''}",
            md_algorithm="sha256",
            reason=reason,
            subfilter=SigSeedSubFilter.PADES,
        )
        signed: bytes = add_signature(writer, meta, signer).getvalue()
    except Exception as err:  # pyHanko raises many kinds; none of them leaves a signature
        raise IntegrityError(f"the PDF cannot be signed: {err}", hint="sign the PDF as it was built") from err
    if not signed.startswith(data):
        raise IntegrityError("signing would change the PDF itself", hint="sign the PDF as it was built")
    return signed

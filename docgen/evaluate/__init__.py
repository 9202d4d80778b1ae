"""Training time: compute evidence and log it to MLflow as documented JSON, so that a dossier can cite it.

Heavy imports stay inside the functions.
"""

from docgen.evaluate.data import frame_digest, log_dataset
from docgen.evaluate.log import log_evidence

__all__ = ["frame_digest", "log_dataset", "log_evidence"]

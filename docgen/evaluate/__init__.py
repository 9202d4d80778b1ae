"""Training time: compute evidence and log it to MLflow as documented JSON, so that a dossier can cite it.

Heavy imports stay inside the functions.
"""

from docgen.evaluate.contenders import Contender
from docgen.evaluate.data import frame_digest, log_dataset
from docgen.evaluate.log import log_comparison, log_evidence, log_predictions
from docgen.evaluate.overlap import key_digests, log_overlap
from docgen.evaluate.perturb import Change, one_at_a_time
from docgen.evaluate.sensitivity import log_sensitivity
from docgen.evaluate.shift import log_shift

__all__ = [
    "Change",
    "Contender",
    "frame_digest",
    "key_digests",
    "log_comparison",
    "log_dataset",
    "log_evidence",
    "log_overlap",
    "log_predictions",
    "log_sensitivity",
    "log_shift",
    "one_at_a_time",
]

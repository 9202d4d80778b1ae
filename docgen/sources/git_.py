"""Git: is the commit that a run names really there, who wrote it, and how much changed since the previous version.

Reads only. Nothing a repository configures is run: hooks, file-system monitors, external diffs and text converters
are switched off for every call.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from docgen.errors import SourceError
from docgen.model.evidence import Attribute, Commit, Evidence, EvidenceId, Missing, Provenance, Table, Value
from docgen.model.layouts import DIFF_COLUMNS
from docgen.model.snapshot import Finding

HEAD = EvidenceId("commit:head")
DIFF = EvidenceId("commit:diff")
MAX_DIFF_ROWS = 200
"""Files listed in the diff; the totals always count all of them."""

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_QUIET = (
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "diff.external=",
    "-c", "protocol.allow=never",
)  # fmt: skip
_SUPPLY = "train from a script inside a git work tree, so that MLflow tags the run with its commit"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitFacts:
    """What git adds to a snapshot."""

    evidence: tuple[Evidence, ...]
    findings: tuple[Finding, ...] = ()


def read_git(
    folder: Path, claimed: Evidence | None, previous: Evidence | None, *, timeout_seconds: int = 15
) -> GitFacts:
    """Check the commit that a run claims against a repository, and count what changed since the previous version's.

    Args:
        folder: any folder inside the repository.
        claimed: `commit:head` as the run's tags tell it, or None or `Missing` when they tell nothing.
        previous: the same of the previous version.
        timeout_seconds: for one git call.

    Returns:
        `commit:head` and `commit:diff`, each perhaps `Missing`, and findings. A claim that cannot be checked is kept
        as a claim (`verified` False), with a finding.

    Raises:
        SourceError: git is not installed, or does not answer in time.
    """
    head = _commit(claimed)
    if head is None:
        gap = Missing(wanted="the commit of the training code", reason="not_logged", supply=_SUPPLY)
        return GitFacts(evidence=(claimed or _evidence(HEAD, gap, "git"), _no_diff("the run names no commit")))
    repository = Repository(folder, timeout_seconds)
    if not repository.has(head.sha):
        finding = Finding(
            code="commit_not_found",
            message="the commit that the run names is not in the repository: it is a claim, not a fact",
            evidence=(HEAD,),
        )
        unverified = _evidence(HEAD, head, f"git:{head.sha}") if claimed is None else claimed
        return GitFacts(
            evidence=(unverified, _no_diff("the run's commit is not in the repository")), findings=(finding,)
        )
    facts = repository.describe(head)
    evidence = (_evidence(HEAD, facts, f"git:{head.sha}"), _diff(repository, _commit(previous), head))
    return GitFacts(evidence=evidence, findings=_dirt(facts))


def committed_text(path: Path, *, timeout_seconds: int = 15) -> str | None:
    """Return a file's text as it is at HEAD of the repository it lies in; None outside one, or without git.

    No filter and no text converter of the repository is run.
    """
    try:
        return Repository(path.parent, timeout_seconds).run("cat-file", "blob", f"HEAD:./{path.name}")
    except SourceError:
        return None


def _dirt(commit: Commit) -> tuple[Finding, ...]:
    if commit.dirty is None:
        text = "nothing recorded whether the work tree had uncommitted changes when the model was trained"
        return (Finding(code="dirty_unknown", message=text, evidence=(HEAD,)),)
    if commit.dirty:
        text = (
            "the work tree had uncommitted changes when the model was trained: the commit alone does not give the code"
        )
        return (Finding(code="dirty_tree", message=text, evidence=(HEAD,), severity="serious"),)
    return ()


def _commit(evidence: Evidence | None) -> Commit | None:
    value = evidence.value if evidence else None
    return value if isinstance(value, Commit) and _SHA.fullmatch(value.sha) else None


def _diff(repository: Repository, before: Commit | None, after: Commit) -> Evidence:
    if before is None:
        return _no_diff("there is no previous version, or its run names no commit")
    if not repository.has(before.sha):
        return _no_diff("the previous version's commit is not in the repository")
    rows = repository.numstat(before.sha, after.sha)
    shown = sorted(rows, key=lambda row: (-(row[1] or 0) - (row[2] or 0), row[0]))[:MAX_DIFF_ROWS]
    table = Table(
        columns=DIFF_COLUMNS,
        rows=tuple(shown),
        attributes=(
            Attribute(key="from", value=before.sha),
            Attribute(key="to", value=after.sha),
            Attribute(key="files", value=len(rows)),
            Attribute(key="added", value=sum(row[1] or 0 for row in rows)),
            Attribute(key="removed", value=sum(row[2] or 0 for row in rows)),
        ),
    )
    return _evidence(DIFF, table, f"git:{before.sha}..{after.sha}")


def _no_diff(detail: str) -> Evidence:
    wanted = "what changed in the code since the previous version"
    return _evidence(DIFF, Missing(wanted=wanted, reason="unknown", detail=detail, supply=_SUPPLY), "git")


def _evidence(name: EvidenceId, value: Value, uri: str) -> Evidence:
    return Evidence(id=name, value=value, provenance=Provenance(system="git", uri=uri))


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeFile:
    """A file of a commit."""

    path: str
    oid: str
    """Git's own name of its content."""
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository, read only.

    Args:
        folder: any folder inside it.
        timeout_seconds: for one git call.
    """

    folder: Path
    timeout_seconds: int = 15

    def run(self, *arguments: str) -> str | None:
        """Return the standard output of a git command as text, or None when git says no."""
        out = self.read(*arguments)
        return None if out is None else out.decode("utf-8", "replace")

    def read(self, *arguments: str) -> bytes | None:
        """Return the standard output of a git command, or None when git says no.

        Raises:
            SourceError: git is not installed, or does not answer in time.
        """
        environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C.UTF-8"}
        command = ["git", *_QUIET, "-C", str(self.folder), *arguments]
        try:
            done = subprocess.run(  # a fixed program, no shell; commits are checked to be hexadecimal
                command, capture_output=True, check=False, timeout=self.timeout_seconds, env=environment
            )
        except FileNotFoundError as err:
            raise SourceError("git is not installed, got no program 'git'", hint="install git") from err
        except subprocess.TimeoutExpired as err:
            raise SourceError(f"git did not answer within {self.timeout_seconds} s in {str(self.folder)!r}") from err
        return done.stdout if done.returncode == 0 else None

    def files(self, sha: str) -> tuple[TreeFile, ...]:
        """Return the regular files of a commit, links and submodules left out; none when the commit is not there."""
        out = self.run("ls-tree", "-r", "-z", "--long", "--full-tree", sha) or ""
        rows = (entry.partition("\t") for entry in out.split("\0") if entry)
        parts = ((head.split(), path) for head, _, path in rows)
        return tuple(
            TreeFile(path=path, oid=head[2], size=int(head[3]))
            for head, path in parts
            if head[0] in {"100644", "100755"} and head[3].isdigit()
        )

    def content(self, file: TreeFile) -> bytes:
        """Return the bytes of a file as committed: what `git show <commit>:<path>` shows, without text converters."""
        return self.read("cat-file", "blob", file.oid) or b""

    def has(self, sha: str) -> bool:
        """Whether the repository holds this commit (no repository: no)."""
        return self.run("cat-file", "-e", f"{sha}^{{commit}}") is not None

    def describe(self, claim: Commit) -> Commit:
        """Return the claimed commit with what the repository knows of it."""
        shown = self.run("show", "-s", "--no-show-signature", "--format=%an%x00%aI", claim.sha) or "\0"
        author, _, authored = shown.strip("\n").partition("\0")
        remote = (self.run("config", "--get", "remote.origin.url") or "").strip()
        branches = (
            self.run("for-each-ref", "--contains", claim.sha, "--format=%(refname:short)", "refs/heads") or ""
        ).split()
        return replace(
            claim,
            branch=claim.branch or (branches[0] if len(branches) == 1 else None),
            remote=without_credentials(claim.remote or remote) or None,
            author=author or None,
            authored=authored or None,
            verified=True,
        )

    def numstat(self, before: str, after: str) -> list[tuple[str, int | None, int | None]]:
        """Return (path, lines added, lines removed) per changed file; None for binary files."""
        out = self.run("diff", "--numstat", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", before, after) or ""
        rows = [entry.split("\t", 2) for entry in out.split("\0") if entry]
        return [(path, _count(added), _count(removed)) for added, removed, path in rows]


def _count(text: str) -> int | None:
    return int(text) if text.isdigit() else None


def without_credentials(url: str) -> str:
    """Return a remote's address without user name, password, token or query."""
    if "://" not in url:
        return url.rpartition("@")[2]
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))

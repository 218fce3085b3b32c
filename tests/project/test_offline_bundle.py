"""``make offline-bundle``: made of a small project, and installed where there is no network."""

import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from scripts.offline_bundle import make as making
from scripts.offline_bundle import wheels
from tests.support.commands import ROOT
from tests.support.published import publish
from tests.support.training import offline

pytestmark = pytest.mark.slow

PROJECT = """
[metadata]
name = jmedlora
version = 1.0
[options]
py_modules = toy
install_requires =
    dep
[options.entry_points]
console_scripts =
    toy = toy:main
[options.extras_require]
train = built
"""
DEPENDENCY = "[metadata]\nname = built\nversion = 1.0\n[options]\npy_modules = built\n"
QUIET = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"}
"""pip finds nothing but what a test gives it; "0" is its way of saying "no isolation"."""


def source(folder, setup, name, code=""):
    """A project of one module."""
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
    )
    (folder / "setup.cfg").write_text(setup)
    (folder / f"{name}.py").write_text(f"{code}\n")
    return folder


def write_wheel(folder, name, version):
    """The smallest wheel of one module that pip takes."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", "")
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """Where pip finds ``dep`` as wheels of two versions, and ``built`` as a source archive."""
    folder, work = tmp_path_factory.mktemp("index"), tmp_path_factory.mktemp("work")
    for version in ("1.0", "2.0"):
        write_wheel(folder, "dep", version)
    built = source(work / "built-1.0", DEPENDENCY, "built")
    (built / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: built\nVersion: 1.0\n")
    shutil.make_archive(str(folder / "built-1.0"), "gztar", work, "built-1.0")
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    code = "def main():\n    import built, dep\n    print('works')"
    folder = source(tmp_path_factory.mktemp("project") / "own", PROJECT, "toy", code)
    (folder / "requirements.lock").write_text("dep==1.0\nbuilt==1.0\n")
    (folder / "recipes").mkdir()
    (folder / "recipes" / "toy.yml").write_text("plugins: []\n")
    (folder / "docs").mkdir()
    for page in ("docs/report.md", *making.PAGES):
        (folder / page).write_text(f"# {page}\n")
    return folder


@pytest.fixture
def make(project, index, monkeypatch, no_data):
    """``make`` of the project's bundle, with nothing but ``index`` to find packages in."""
    for name, value in {**QUIET, "PIP_FIND_LINKS": str(index)}.items():
        monkeypatch.setenv(name, value)
    return lambda folder, **options: making.make(
        folder, "train", **{"exams": True, "project": project, **options}
    )


@pytest.fixture(scope="module")
def made(project, index, tmp_path_factory):
    """A bundle with made-up exams, not to be changed."""
    folder = tmp_path_factory.mktemp("made")
    data = publish(folder / "data", questions=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JMED_CACHE", str(folder / "empty-cache"))
        for name, value in {**QUIET, "PIP_FIND_LINKS": index, "JMED_DATA": data}.items():
            patch.setenv(name, str(value))
        making.make(folder / "bundle", "train", exams=True, project=project)
    return folder / "bundle"


@pytest.fixture
def bundle(made, tmp_path):
    """A copy of it to be damaged; with pip's answer beside it, which need not be asked again."""
    return shutil.copytree(made.parent, tmp_path / "stick") / "bundle"


def install(bundle, target, **env):
    """The README's command, without a network where this machine can take it away."""
    settings = {**os.environ, "PYTHON": sys.executable, "PIP_NO_INDEX": "1", **env}
    return subprocess.run(
        [*offline(), "sh", bundle / "install.sh", target],
        cwd=bundle.parent, env=settings, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_what_a_bundle_holds(made):
    held = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())
    exams = [name for name in held if name.startswith("exams/")]
    assert [name for name in held if name not in exams] == [
        "README.ja.md", "README.md", "SHA256SUMS", "built-for", "docs/report.md", "install.sh",
        "pages/README.ja.md", "pages/README.md", "pages/SECURITY.ja.md", "pages/SECURITY.md",
        "recipes/toy.yml",
        "requirements.txt",
        "wheels/built-1.0-py3-none-any.whl",  # was a source archive
        "wheels/dep-1.0-py3-none-any.whl",  # what the lock file says, though 2.0 is there
        "wheels/jmedlora-1.0-py3-none-any.whl",
    ]  # fmt: skip
    assert {"exams/NOTICE", "exams/jjsimqa/jjsimqa.jsonl"} < set(exams)
    assert "CC BY-NC-SA" in (made / "exams/NOTICE").read_text(encoding="utf-8")
    lines = (made / "requirements.txt").read_text().splitlines()
    assert [line.split(" --hash=sha256:")[0] for line in lines] == [
        "built==1.0", "dep==1.0", "jmedlora==1.0",
    ]  # fmt: skip


def test_the_sums_are_of_every_file_and_hold(made):
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    ended = subprocess.run(command, cwd=made, capture_output=True, text=True, check=False)
    assert ended.returncode == 0
    files = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    assert {line.partition(": ")[0] for line in ended.stdout.splitlines()} == files - {"SHA256SUMS"}


def test_it_is_installed_without_a_network_and_a_second_time(bundle, tmp_path):
    target = tmp_path / "of one's own"
    for _ in range(2):
        ended = install(bundle, target)
        assert ended.returncode == 0, ended.stderr
        assert f"export DO_NOT_TRACK=1 HF_HUB_OFFLINE=1 JMED_DATA={target}/exams" in ended.stdout
        assert f"{wheels.sha256(bundle / 'SHA256SUMS')}  SHA256SUMS\n" in ended.stdout
    started = subprocess.run([target / "bin/toy"], capture_output=True, text=True, check=False)
    assert started.stdout == "works\n"
    assert (target / "recipes/toy.yml").is_file()
    assert (target / "README.md").read_text() == "# README.md\n"  # the project's
    assert (target / "docs/report.md").is_file()
    assert (target / "exams/jjsimqa/jjsimqa.jsonl").is_file()


def change(path):
    with zipfile.ZipFile(path, "a") as wheel:
        wheel.writestr("evil.py", "")


COPY = "nothing was installed, copy the bundle again"
WHEEL, BUILT = "wheels/dep-1.0-py3-none-any.whl", "wheels/built-1.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda b: change(b / WHEEL), f"{WHEEL}: FAILED; {COPY}"),
        (lambda b: (b / WHEEL).unlink(), f"{WHEEL}: FAILED open or read; {COPY}"),
        (
            lambda b: (b / "wheels/dep-9.0-py3-none-any.whl").touch(),
            f"wheels/dep-9.0-py3-none-any.whl: stands not in SHA256SUMS; {COPY}",
        ),
        (
            lambda b: (b / "SHA256SUMS").unlink(),
            "there is no SHA256SUMS: the bundle is not complete; copy it again",
        ),
        (
            lambda b: (b / "SHA256SUMS").write_text(""),
            f"SHA256SUMS: cannot be read; {COPY}",
        ),
    ],
    ids=["changed", "missing", "added", "unfinished", "no sums"],
)
def test_a_damaged_bundle_is_refused_in_one_line(bundle, tmp_path, damage, message):
    damage(bundle)
    ended = install(bundle, tmp_path / "target")
    assert (ended.returncode, ended.stderr) == (1, f"install.sh: {message}\n")
    assert not (tmp_path / "target").exists()


def test_another_python_is_refused_in_one_line(bundle, tmp_path):
    (bundle / "built-for").write_text("2.7 Linux x86_64\n")
    making.write_sums(bundle)
    ended = install(bundle, tmp_path / "target")
    found = f"the wheels are for Python 2.7 Linux x86_64, {sys.executable} is "
    assert ended.stderr == (
        f"install.sh: {found}{wheels.this_machine()}; "
        "name another as in PYTHON=python3.11 sh install.sh\n"
    )
    assert not (tmp_path / "target").exists()


def test_a_wheel_that_was_exchanged_with_its_sum_is_refused_by_pip(bundle, tmp_path):
    """The hashes in requirements.txt are a second lock: both lists must be changed."""
    change(bundle / WHEEL)
    making.write_sums(bundle)
    ended = install(bundle, tmp_path / "target")
    assert ended.returncode == 1
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in ended.stderr
    assert not (tmp_path / "target/bin/toy").exists()


def test_an_interrupted_bundle_goes_on(make, project, index, tmp_path, monkeypatch, capsys):
    """Also: exams that this machine lacks are said."""
    folder = tmp_path / "bundle"
    monkeypatch.setattr(wheels, "BATCH", 1)
    wheels.plan(project, "train", tmp_path / "bundle.plan.json")
    lost = index / "dep-1.0-py3-none-any.whl"  # the second that is brought
    lost.rename(tmp_path / "aside")
    try:
        with pytest.raises(SystemExit, match=r"^bundle: pip wheel: .*; run the same command"):
            make(folder)
    finally:
        (tmp_path / "aside").rename(lost)
    before = (folder / BUILT).stat()
    assert not (folder / "SHA256SUMS").exists()  # so install.sh refuses it
    capsys.readouterr()
    make(folder)
    after = (folder / BUILT).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert (folder / "SHA256SUMS").exists()
    printed = capsys.readouterr().out
    assert "wheels: 1 of 2\nwheels: 2 of 2\n" in printed
    for exam in ("igakuqa", "jjsimqa"):
        assert f"without {exam}: {exam} is not in the cache" in printed
        assert f"run: jmed-data fetch {exam}" in printed
    assert not (folder / "exams").exists()


def test_what_an_earlier_bundle_left_is_put_right(make, bundle, monkeypatch):
    """A half-written wheel is brought again; old wheels and, with EXAMS=0, exams are taken out."""
    monkeypatch.setenv("JMED_DATA", str(bundle.parent / "data"))
    whole = (bundle / WHEEL).read_bytes()
    (bundle / WHEEL).write_bytes(whole[:-9])
    (bundle / "wheels/dep-0.9-py3-none-any.whl").touch()
    make(bundle, exams=False)
    assert (bundle / WHEEL).read_bytes() == whole
    assert not (bundle / "wheels/dep-0.9-py3-none-any.whl").exists()
    assert not (bundle / "exams").exists()
    assert "exams/" not in (bundle / "SHA256SUMS").read_text()


@pytest.mark.parametrize(
    ("variables", "options"),
    [
        ([], ""),
        (["EXTRAS=report,api", "EXAMS=0"], " --extras report,api --no-exams"),
    ],
)
def test_the_makefile_passes_the_variables_on(variables, options):
    command = ["make", "--dry-run", "--always-make", "offline-bundle", *variables]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"-m scripts.offline_bundle.make dist/offline-bundle{options}\n" in printed

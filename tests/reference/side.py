"""One API server of the comparison: sends requests, and blanks in the answers what can't be equal."""
import base64
import http.client
import json
import re
import ssl
import tempfile
import urllib.parse

import yaml

TIMEOUT_S = 4
KEPT_HEADERS = ("content-type", "warning", "location", "allow", "retry-after", "accept-patch")
# A warning of Proa's own, for kinds that nothing acts on yet.
OWN_WARNING = "Proa only stores objects of kind"
TEXT_BLANKS = (
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<uid>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"(?<=\")10\.\d+\.\d+\.\d+(?=\")"), "<ip>"),
    (re.compile(r"https://127\.0\.0\.1:\d+|127\.0\.0\.1:\d+"), "<server>"),
    (re.compile(r"(-[bcdfghjklmnpqrstvwxz2456789]{8,10})?-[bcdfghjklmnpqrstvwxz2456789]{5}\b(?=\")"), "-<suffix>"),
    (re.compile(r'("?resourceVersion\\*"?:) ?(\\*")[1-9]\d*(\\*")'), r"\1 \2<n>\3"),
    (re.compile(r'("continue":) ?"[^"]{9,}"'), r'\1 "<token>"'),
    (re.compile(r'("nodePort":) ?3\d\d\d\d\b'), r'\1 "<port>"'),
    (re.compile(r'("(?:healthCheckNodePort)":) ?3\d\d\d\d\b'), r'\1 "<port>"'),
    (re.compile(r"(resource version|[rR]esourceVersion):? \d{2,}( ?\(\d+\))?"), r"\1 <n>"),
    (re.compile(r'("serverAddress":) ?"[\d.]+:\d+"'), r'\1 "<server>"'),
    (re.compile(r"(in the precondition|in record) \(\d+\)"), r"\1 (<n>)"),
    (re.compile(r"\(current (revision )?\d+\)|current: \d+"), "<current>"),
    (re.compile(r"-----BEGIN CERTIFICATE[^\"]*"), "<certificate>"),
    (re.compile(r'^( *)"\d+s"(?=,?$)', re.M), r'\1"<age>"'),
    (re.compile(r'("token":) ?"ey[^"]+"'), r'\1 "<token>"'),
    (re.compile(r'("pod-template-hash":) ?"[^"]+"'), r'\1 "<hash>"'),
)


def blank(text):
    for pattern, instead in TEXT_BLANKS:
        text = pattern.sub(instead, text)
    return text


def shown(raw):
    """An answer's body as lines to compare: JSON (also a stream of it) spread out, the rest as it is."""
    for parts in ([raw], raw.splitlines() or [""]):
        try:
            return blank("\n".join(json.dumps(json.loads(part), indent=1, ensure_ascii=False) for part in parts))
        except ValueError:
            pass
    return blank(raw)


def without(node, names):
    if isinstance(node, dict):
        return {k: without(v, names) for k, v in node.items() if k not in names}
    return [without(v, names) for v in node] if isinstance(node, list) else node


def told_once(tree):
    """A refusal whose causes are told once each, without Go's diffs of structures."""
    details = tree.get("details", {})
    tree["message"] = re.sub(r"\n(@@ [^`]*?)?(?=, [\w.\[\]]+: [A-Z]|\]?$)", "", tree["message"])
    causes = []
    for cause in details.get("causes", []):
        cause["message"] = re.sub(r"\n(@@ .*)?$", "", cause["message"], flags=re.S)
        if cause not in causes:
            causes.append(cause)
    details["causes"] = causes
    return tree


def narrowed(case, text):
    """What the case wants compared of an answer."""
    try:
        tree = json.loads(text)
    except ValueError:
        return text
    if case.told_once and tree.get("kind") == "Status":
        tree = told_once(tree)
    elif case.without:
        tree = without(tree, case.without)
    if case.keys:
        picked = {}
        for path in case.keys:
            node = tree
            for step in path.split("."):
                node = node.get(step, {})
            picked[path] = sorted(node) if isinstance(node, dict) else node
        tree = picked
    return json.dumps(tree)


class Side:
    def __init__(self, kubeconfig):
        with open(kubeconfig) as f:
            config = yaml.safe_load(f)
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.tls = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
        self.headers = {"User-Agent": "reference", "Accept": "application/json"}
        if "token" in user:
            self.headers["Authorization"] = "Bearer " + user["token"]
        else:
            with tempfile.NamedTemporaryFile() as pair:
                pair.write(base64.b64decode(user["client-certificate-data"] + "\n") + b"\n")
                pair.write(base64.b64decode(user["client-key-data"]))
                pair.flush()
                self.tls.load_cert_chain(pair.name)
        self.address = urllib.parse.urlparse(cluster["server"])
        self.connection = None
        self.rv, self.uid = "1", "none"

    def call(self, method, path, body=None, headers=None):
        """(status, headers, text); once more on a new connection when the old one has ended."""
        data = body if body is None or isinstance(body, str) else json.dumps(body)
        sent = dict(self.headers)
        if data is not None:
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        for last in (False, True):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPSConnection(self.address.hostname, self.address.port,
                                                                  context=self.tls, timeout=TIMEOUT_S)
                self.connection.request(method, path, data.encode() if data is not None else None, sent)
                answer = self.connection.getresponse()
                return answer.status, answer.headers, answer.read().decode(errors="replace")
            except TimeoutError:
                self.connection = None
                return 0, {}, "no end of the answer within %d s" % TIMEOUT_S
            except (http.client.HTTPException, OSError):
                self.connection = None
                if last:
                    raise

    def ask(self, case, path, namespace):
        """The answer as text to compare."""
        def fill(text):
            return text.replace("$ns", namespace).replace("$rv", self.rv).replace("$uid", self.uid)
        body = case.body
        if body is not None:
            body = fill(body if isinstance(body, str) else json.dumps(body))
        status, headers, text = self.call(case.method, fill(path), body, case.headers)
        try:
            meta = json.loads(text).get("metadata", {})
            self.rv, self.uid = meta.get("resourceVersion", self.rv), meta.get("uid", self.uid)
        except (ValueError, AttributeError):
            pass
        if case.without or case.keys:
            text = narrowed(case, text)
        kept = ["%s: %s" % (k.lower(), v) for k, v in headers.items()
                if k.lower() in KEPT_HEADERS and OWN_WARNING not in v]
        return "\n".join([str(status)] + [blank(line) for line in sorted(kept)] + [shown(text)])

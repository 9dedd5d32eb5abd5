#!/usr/bin/env python3
"""Kills the server with -9 at random moments under writers and watchers, and compares what was told with what is.

usage: kill.py PROA DATA_DIR HOST:PORT KUBECONFIG      (KILLS=50, WRITERS=32, SEED=n)

Each writer makes ConfigMaps and counts one of them up by optimistic locking, over HTTPS, as any client would.
What must hold, however often the server dies:
  every acknowledged create is there, with its data; a counter holds at least its last acknowledged count, and at
  most the writes whose answer was lost more; a watch that resumes where it was meets each revision once, in order, and
  what it saw adds up to what a LIST shows. The last line is "N passed, N failed, N skipped".
"""
import base64
import http.client
import json
import os
import random
import ssl
import subprocess
import sys
import tempfile
import threading
import time

import yaml

PATH = "/api/v1/namespaces/default/configmaps"
KILLS = int(os.environ.get("KILLS", "50"))
WRITERS = int(os.environ.get("WRITERS", "32"))
WATCHERS = 2
LAST = "last"  # the ConfigMap that tells a watch that nothing more comes


class Server:
    """`proa server`, that can be killed and started again."""

    def __init__(self, proa, data_dir, listen, kubeconfig):
        self.command = [proa, "server", "--no-node", "--data-dir", data_dir, "--listen", listen, "--kubeconfig", kubeconfig]
        self.listen, self.kubeconfig = listen, kubeconfig
        self.log = open(data_dir + ".log", "ab")
        self.process = self.tls = None

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def connect(self, timeout=20):
        return http.client.HTTPSConnection(self.listen, timeout=timeout, context=self.tls)

    def read_kubeconfig(self):
        config = yaml.safe_load(open(self.kubeconfig))
        user, cluster = config["users"][0]["user"], config["clusters"][0]["cluster"]
        tls = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
        with tempfile.NamedTemporaryFile(suffix=".pem") as pem:
            pem.write(base64.b64decode(user["client-certificate-data"]) + base64.b64decode(user["client-key-data"]))
            pem.flush()
            tls.load_cert_chain(pem.name)
        self.tls = tls

    def wait_ready(self, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                sys.exit("the server ended by itself; its log: %s" % self.log.name)
            try:
                if self.tls is None:
                    self.read_kubeconfig()
                connection = self.connect(5)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
            except (OSError, http.client.HTTPException, ValueError):
                pass
            time.sleep(0.005)
        sys.exit("the server is not ready after %d s" % seconds)


class Client:
    """One connection, made anew after each loss."""

    def __init__(self, server):
        self.server, self.connection = server, None

    def call(self, method, path, body=None):
        """(status, object); None when the answer was lost or refused for now."""
        try:
            if self.connection is None:
                self.connection = self.server.connect()
            self.connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
            answer = self.connection.getresponse()
            found = json.loads(answer.read())
            return None if answer.status in (429, 500, 503) else (answer.status, found)
        except (OSError, http.client.HTTPException, ValueError):
            if self.connection is not None:
                self.connection.close()
            self.connection = None
            time.sleep(0.005)
            return None


class Writer(threading.Thread):
    def __init__(self, server, number, stop):
        super().__init__(daemon=True)
        self.client, self.name, self.stop = Client(server), "w%02d" % number, stop
        self.created = {}  # name -> resourceVersion of the acknowledged create
        self.count = self.lost = 0  # acknowledged counts, and writes whose answer never came
        self.wrong = []

    def run(self):
        number, counter = 0, None
        while not self.stop.is_set():
            counter = self.count_up(counter)
            number += 1
            name = "%s-%d" % (self.name, number)
            done = self.client.call("POST", PATH, {"metadata": {"name": name}, "data": {"n": str(number)}})
            if done is None:
                continue
            if done[0] == 201:
                self.created[name] = int(done[1]["metadata"]["resourceVersion"])
            else:
                self.wrong.append("create %s: %s" % (name, done[1].get("message")))

    def count_up(self, counter):
        """Adds one; returns the newest state, or None when it must be read again."""
        if counter is None:
            found = self.client.call("GET", PATH + "/" + self.name)
            if found is None:
                return None
            counter = found[1]
            if found[0] not in (200, 404):
                self.wrong.append("get %s: %s" % (self.name, found[1].get("message")))
                return None
            if found[0] == 404:
                counter = {"metadata": {"name": self.name}, "data": {"n": "0"}}
                made = self.client.call("POST", PATH, counter)
                return made[1] if made and made[0] == 201 else None
        counter["data"]["n"] = str(int(counter["data"]["n"]) + 1)
        done = self.client.call("PUT", PATH + "/" + self.name, counter)
        if done is None:
            self.lost += 1
            return None
        if done[0] != 200:
            self.wrong.append("update %s: %s" % (self.name, done[1].get("message")))
            return None
        self.count = int(done[1]["data"]["n"])
        return done[1]


class Watcher(threading.Thread):
    """Watches from a revision on, and goes on after each loss from the last event that it saw."""

    def __init__(self, server, state, revision):
        super().__init__(daemon=True)
        self.server, self.state, self.at, self.events, self.wrong = server, dict(state), revision, 0, []

    def run(self):
        while not self.wrong and not self.finished():
            try:
                connection = self.server.connect(30)
                connection.request("GET", "%s?watch=true&resourceVersion=%d" % (PATH, self.at))
                self.follow(connection.getresponse())
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.005)

    def finished(self):
        return LAST in self.state

    def follow(self, stream):
        while not self.finished():
            line = stream.readline()
            if not line.endswith(b"\n"):
                return  # cut off in the middle of an event: it comes again
            event = json.loads(line)
            if event.get("kind") == "Status" or event["type"] == "ERROR":
                message = event.get("message") or event["object"].get("message")
                if event.get("code") not in (429, 500, 503):
                    self.wrong.append("watch from %d: %s" % (self.at, message))
                return
            self.take(event["type"], event["object"])

    def take(self, kind, object_):
        meta = object_["metadata"]
        revision = int(meta["resourceVersion"])
        if revision <= self.at:
            self.wrong.append("the event of revision %d came after %d" % (revision, self.at))
        known = meta["name"] in self.state
        if known == (kind == "ADDED"):
            self.wrong.append("%s of %s, which was %s" % (kind, meta["name"], "known" if known else "unknown"))
        self.at, self.events = revision, self.events + 1
        self.state[meta["name"]] = (revision, object_.get("data"))


def listed(server):
    found = Client(server).call("GET", PATH)
    assert found and found[0] == 200, found
    return ({item["metadata"]["name"]: (int(item["metadata"]["resourceVersion"]), item.get("data"))
             for item in found[1]["items"]}, int(found[1]["metadata"]["resourceVersion"]))


def harm(server, rng):
    for number in range(1, KILLS + 1):
        time.sleep(rng.uniform(0.02, 0.4))
        server.kill()
        server.start()
        server.wait_ready()
        if number % 10 == 0:
            print("killed %d times" % number, flush=True)
    time.sleep(0.3)


def missing_writes(writers, state):
    for writer in writers:
        yield from writer.wrong
        for name, revision in writer.created.items():
            if state.get(name) != (revision, {"n": name.split("-")[1]}):
                yield "%s was acknowledged at %d and is now %s" % (name, revision, state.get(name))
        count = int(state[writer.name][1]["n"]) if writer.name in state else 0
        if not writer.count <= count <= writer.count + writer.lost:
            yield "%s counted to %d (%d answers lost) and is now %d" % (writer.name, writer.count, writer.lost, count)


def watch_faults(watcher, state):
    yield from watcher.wrong
    if watcher.is_alive():
        yield "a watch stands at %d and never came to the end" % watcher.at
    seen = watcher.state
    for name in sorted(set(seen) | set(state)):
        if seen.get(name) != state.get(name):
            yield "%s: the watch saw %s, the list shows %s" % (name, seen.get(name), state.get(name))


def tell(what, faults):
    faults = list(faults)
    print("%s: %s" % ("FAILED" if faults else "ok", what))
    for fault in faults[:10]:
        print("  " + fault)
    return not faults


def main():
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print("seed %d" % seed)
    server = Server(*sys.argv[1:5])
    server.start()
    server.wait_ready()
    before, revision = listed(server)
    stop = threading.Event()
    writers = [Writer(server, n, stop) for n in range(WRITERS)]
    watchers = [Watcher(server, before, revision) for _ in range(WATCHERS)]
    for thread in writers + watchers:
        thread.start()
    harm(server, random.Random(seed))
    stop.set()
    for writer in writers:
        writer.join()
    assert Client(server).call("POST", PATH, {"metadata": {"name": LAST}})[0] == 201
    for watcher in watchers:
        watcher.join(20)
    state, _ = listed(server)
    acknowledged = sum(len(w.created) + w.count for w in writers)
    good = [tell("%d writes were acknowledged before %d kills, each is there" % (acknowledged, KILLS),
                 missing_writes(writers, state))]
    good += [tell("a watch met %d events, each once, in order, none left out" % w.events, watch_faults(w, state))
             for w in watchers]
    good.append(tell("the writers had work to lose", [] if acknowledged > 50 * KILLS / 10 else ["too few writes"]))
    server.process.terminate()
    server.process.wait()
    print("%d passed, %d failed, 0 skipped" % (good.count(True), good.count(False)))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())

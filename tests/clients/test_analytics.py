"""customerio-cdp-analytics: the queue of a client is sent at once on a flush, or after `hurry`."""

from __future__ import annotations

import sys
import threading
from queue import Empty, Queue
from types import SimpleNamespace

import pytest
from analytics import REASON, THERE
from waiting import until

from pytest_customerio.clients import analytics
from pytest_customerio.clients.sent import queued_at
from pytest_customerio.process.patching import Patches

if not THERE:
    pytest.skip(REASON, allow_module_level=True)
from customerio.analytics import consumer as module
from customerio.analytics.client import Client

SITE = "crm.py:3 in buy"
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")


class Batches(list):
    """What was sent: the names of the events of each batch."""

    def flat(self):
        return sorted(name for batch in self for name in batch)


@pytest.fixture
def make(monkeypatch):
    """Makes clients whose consumers note what they would send; with a gate, each waits there first."""
    made, patches = [], Patches()
    monkeypatch.setattr("atexit.register", lambda *_: None)

    def client(gate=None, **asked):
        sent = Batches()

        def request(_, batch):
            assert gate is None or gate.wait(10)
            sent.append([message["event"] for message in batch])

        monkeypatch.setattr(module.Consumer, "request", request)
        started = Client("pk_us_1234567890", **{"upload_interval": 60, **asked})
        started.sent = sent
        made.append(started)
        return started

    analytics.install(SimpleNamespace(sent_from=lambda: SITE), patches)
    before = set(threading.enumerate())
    yield client
    running = [one for one in threading.enumerate() if isinstance(one, module.Consumer) and one not in before]
    for one in running:
        one.pause()
    # Other tests may have left clients of their own behind.
    until(lambda: ([analytics.hurry(one.queue) for one in made], not any(one.is_alive() for one in running))[1])
    patches.undo()
    assert not any(one.is_alive() for one in running)


def test_flush_sends_at_once(make) -> None:
    """`flush` sends all messages at once, though the consumer would gather them for a minute."""
    client = make()
    for name in "abc":
        client.track("42", name)
    client.flush()
    assert client.sent.flat() == ["a", "b", "c"]
    assert vars(client.queue).get(analytics.FLUSHED) is None
    client.track("42", "d")
    client.flush()
    assert client.sent.flat() == ["a", "b", "c", "d"]


def test_two_consumers_of_one_queue(make) -> None:
    """Two consumers of one queue send each message once."""
    client = make(thread=2)
    names = [f"e{n:02}" for n in range(30)]
    for name in names:
        client.track("42", name)
    client.flush()
    assert client.sent.flat() == names
    assert [queue for queue in analytics.queues() if queue is client.queue] == [client.queue]


def test_flushes_of_two_threads(make) -> None:
    """Two threads flush: the one that ends first does not end the other's flush."""
    gate = threading.Event()
    client = make(gate)
    client.track("42", "a")
    others = [threading.Thread(target=client.flush) for _ in range(2)]
    for one in others:
        one.start()
    until(lambda: analytics.FLUSHED in vars(client.queue))
    gate.set()
    for one in others:
        one.join(10)
        assert not one.is_alive()
    assert client.sent == [["a"]]


def test_full_batches_are_sent_without_a_flush(make) -> None:
    """A batch that is full is sent without a flush."""
    client = make(upload_size=2)
    for name in "abcd":
        client.track("42", name)
    until(lambda: len(client.sent) == 2)
    assert client.sent == [["a", "b"], ["c", "d"]]


def test_hurrying_sends_what_was_gathered(make) -> None:
    """`hurry` has the gathered messages sent once; a consumer without messages goes on waiting."""
    client = make()
    client.track("42", "a")
    until(lambda: (analytics.hurry(client.queue), client.sent)[1])
    for _ in range(3):
        analytics.hurry(client.queue)
    until(lambda: not client.queue.unfinished_tasks)
    assert client.sent == [["a"]]


def test_a_wait_is_never_longer_than_the_consumer_means_it_to_be() -> None:
    """A clock that goes back by an hour does not make the wait for messages longer."""
    seen = analytics.Hurried(Queue(), 0.001)
    with pytest.raises(Empty):
        seen.get(timeout=3600)


def test_clients_that_do_not_run_have_no_queue(make) -> None:
    """Clients that never send, and those that send synchronously, have no queue to be waited for."""
    before = analytics.queues()
    make(send=False).track("42", "a")
    assert analytics.queues() == before


def test_where_the_package_is_not_there(monkeypatch) -> None:
    """Without the SDK in the process there are no queues."""
    monkeypatch.delitem(sys.modules, analytics.MODULE)
    assert analytics.queues() == []


def test_undo_puts_the_originals_back() -> None:
    """After the patches are undone, the SDK's own methods stand there."""
    before, patches = (module.Consumer.next, Client.flush), Patches()
    analytics.install(SimpleNamespace(sent_from=lambda: SITE), patches)
    assert (module.Consumer.next, Client.flush) != before
    patches.undo()
    assert (module.Consumer.next, Client.flush) == before


def test_a_queue_that_is_hurried_already_is_left_as_it_is() -> None:
    """Patched twice by two runs in one process, the consumer gets its messages, and its own queue back."""
    queue: Queue[str] = Queue()
    queue.put("message")
    consumer = SimpleNamespace(queue=queue, upload_interval=1.0)
    gather = analytics._next(analytics._next(lambda one: one.queue.get(block=True, timeout=1.0)))
    assert gather(consumer) == "message"
    assert consumer.queue is queue


class Bare:
    """A queue as gevent's, which has no conditions."""

    def __init__(self):
        self._queue = Queue()

    def __getattr__(self, name):
        if name in ("not_empty", "whole"):
            raise AttributeError(name)
        return getattr(self._queue, name)


def test_a_queue_without_conditions_is_left_to_the_sdk(make, monkeypatch):
    """gevent replaces `queue.Queue`: its messages are sent as without us, half a second later."""
    monkeypatch.setattr("customerio.analytics.client.queue.Queue", lambda size: Bare())
    client = make(upload_interval=0.01)
    client.track(user_id="42", event="bought")
    client.flush()
    assert client.sent.flat() == ["bought"]
    analytics.hurry(client.queue)
    client.consumers[0].pause()
    client.consumers[0].join(10)
    client.queue.not_empty = threading.Condition()  # the fixture hurries it


@pytest.fixture
def sites(make, monkeypatch):
    """The call sites of the batches that were sent, and a client whose consumer sends these."""
    found = []
    monkeypatch.setattr(module, "post", lambda *_, **__: found.append(queued_at.get()))
    replaced = module.Consumer.request
    client = make()
    monkeypatch.setattr(module.Consumer, "request", replaced)
    return found, client


def test_the_call_site_of_a_message(sites) -> None:
    """While a batch is sent, the place is known where the application made the call of its first message."""
    found, client = sites
    client.track("42", "a")
    client.track("42", "b", message_id=7)
    client.flush()
    assert found == [SITE]
    assert queued_at.get() is None


def test_messages_that_are_never_sent(monkeypatch) -> None:
    """Only so many call sites are remembered."""
    monkeypatch.setattr(analytics, "MOST", 1)
    remembered, found = {}, []
    enqueue = analytics._enqueue(SimpleNamespace(sent_from=lambda: SITE), remembered, lambda client, msg: msg)
    request = analytics._request(remembered, lambda consumer, batch: found.append(queued_at.get()))
    for name in ("first", "second"):
        enqueue(SimpleNamespace(sync_mode=False), {"messageId": name})
    for name in ("first", "second"):
        request(None, [{"messageId": name}])
    assert found == [None, SITE]


def test_a_message_of_a_library(sites, monkeypatch) -> None:
    """Where no code of the project runs, there is no call site; a message that is sent at once needs none."""
    found, client = sites
    monkeypatch.setattr(client, "sync_mode", True)
    monkeypatch.setattr("customerio.analytics.client.post", lambda *_, **__: found.append("at once"))
    client.track("42", "a")
    assert found == ["at once"]

"""The proof that the real broker has taken up what was written: logins by each of its listeners.

What is made for the moment stands for all that is new or gone: an account, whose password gets in and then does not;
and, where the authority's key is at hand, a certificate, which is revoked and then is not.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec

from devices.errors import VigiterreError
from devices.problems import Bilingual
from vigiterre.broker_config.errors import BrokerRefused, told
from vigiterre.broker_config.probe import NOBODY, Answer, Login, answer, comes_to, patience, probe_account
from vigiterre.broker_config.render import Blueprint, Certified
from vigiterre.broker_config.ways import Way, doubt, showing, trusting
from vigiterre.certificates.authority import Authority, serial_of, serials_in

OpenAuthority = Callable[[str], Authority]
"""Of its certificate, PEM. Raises VigiterreError where its key is away or cannot be opened."""
GOOD = timedelta(minutes=10)
"""For a certificate that is made for the moment; its key is nowhere but in this process."""
FIRST = 1
"""A number for a list of revoked certificates that is in force for a moment."""


class Moment(NamedTuple):
    """A certificate made for the moment: how it is shown, and the list that revokes it besides the others."""

    way: Way
    revocations: str


class Proof:
    """Of one `broker apply`: nothing of the broker's is changed here."""

    def __init__(self, plan: Blueprint, ours: Login, now: int, key: OpenAuthority) -> None:
        """`now` is ms."""
        self._plan, self._ours = plan, ours
        self.account, self.probe = probe_account(now)
        self.doubts: list[Bilingual] = []
        """What was not proven, and why."""
        self._ways = [Way(plan.settings.broker.listener)]
        self._bare: Way | None = None
        """To the listener for certificates, without one."""
        self._moment: Moment | None = None
        if plan.settings.broker.cert_file:
            self._by_tls(now, key)

    def first(self) -> Blueprint:
        """What is to be in force for a moment."""
        first = self._plan.among(self.account)
        return first.revoking(self._moment.revocations) if self._moment else first

    def taken_up(self) -> None:
        """Of `first`. Raises BrokerRefused."""
        for way in self._ways:
            self._prove(way, self.probe, Answer.IN, "probe_kept_out")
        if self._moment:
            self._prove(self._moment.way, NOBODY, Answer.REFUSED, "revoked_still_in")

    def in_force(self) -> None:
        """Of the plan itself. Raises BrokerRefused."""
        for way in self._ways:
            self._prove(way, self.probe, Answer.REFUSED, "probe_still_in")
            self._prove(way, NOBODY, Answer.REFUSED, "anonymous")
        self._prove(self._ways[0], self._ours, Answer.IN, "ours_kept_out")
        if self._moment:
            self._prove(self._moment.way, NOBODY, Answer.IN, "certificate_kept_out")
        if self._bare:
            self._prove(self._bare, NOBODY, Answer.REFUSED, "without_certificate")

    def _by_tls(self, now: int, key: OpenAuthority) -> None:
        broker = self._plan.settings.broker
        if doubted := doubt(broker):
            self.doubts.append(doubted)
            return
        self._ways.append(Way(broker.tls_listener, trusting(broker)))
        if self._plan.certified is None:
            return
        self._bare = Way(broker.certificate_listener, trusting(broker))
        try:
            self._moment = self._made(self._plan.certified, now, key(self._plan.certified.authority))
        except VigiterreError as error:
            self.doubts.append(told("certificates_unproven", reason=error.words))

    def _made(self, certified: Certified, now: int, authority: Authority) -> Moment:
        broker, key = self._plan.settings.broker, ec.generate_private_key(ec.SECP256R1())
        certificate = authority.issue(self.account.name, key.public_key(), now, GOOD)
        revoked = [*serials_in(certified.revocations.encode()), serial_of(certificate)]
        way = Way(broker.certificate_listener, showing(trusting(broker), certificate, key))
        return Moment(way, authority.revocations(revoked, FIRST, now))

    def _prove(self, way: Way, login: Login, wanted: Answer, code: str) -> None:
        if not comes_to(way, login, wanted, patience(len(self._plan.accounts))):
            found = answer(way, login)
            facts = {"address": way.address, "user": login.user}
            raise BrokerRefused("no_answer" if found is Answer.AWAY else code, **facts)

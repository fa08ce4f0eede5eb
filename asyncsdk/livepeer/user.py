"""What users are, and what is asked of them and told about them (models "user", "user-verification", "password-reset", "usage")."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from attrs import frozen

from ..codec import Model, wire
from ..times import instant, since_epoch


@frozen(kw_only=True)
class User(Model):
    """A user. Passwords go out hashed and never come back: what is write-only is null, or absent, in answers.

    Attributes:
        id: e.g. ``"abc123"``.
        kind: ``"user"``.
        email: e.g. ``"useremail@gmail.com"``; no two users have the same.
        password: in clear text, or its hash; never shown in a repr, and None in answers.
        salt: the server's own; None in answers.
        first_name: e.g. ``"Joe"``.
        last_name: e.g. ``"Smith"``.
        organization: e.g. ``"Livepeer"``.
        phone: e.g. ``"2034212122"``.
        admin: whether an administrator.
        suspended: whether shut out.
        email_valid: whether the address was verified.
        email_valid_token: what verifies it; None in answers.
        created_at: when, in milliseconds since the epoch, e.g. 1587667174725.
        verified_at: when the address was verified, likewise.
        plan_changed_at: when the plan was changed, likewise.
        last_streamed_at: when the user last streamed by RTMP, likewise.
        last_seen: when the password was last used, likewise.
        stripe_product_id: the plan, e.g. ``"prod_0"``.
        stripe_customer_id: e.g. ``"cus_Jv6KvgT0DCH8HU"``.
        stripe_customer_payment_method_id: e.g. ``"pm_2FSSNNJfrKDAwlJ9n4EN15Du"``.
        stripe_customer_subscription_id: e.g. ``"sub_I29pdyfOTPBkjb"``.
        cc_last4: the last digits of the credit card, as a text: ``"1234"``.
        cc_brand: its brand.
    """

    id: str = wire("id", always=True)
    kind: str | None = None
    email: str | None = None
    password: str | None = None
    salt: str | None = None
    first_name: str | None = wire("firstName")
    last_name: str | None = wire("lastName")
    organization: str | None = None
    phone: str | None = None
    admin: bool | None = None
    suspended: bool | None = None
    email_valid: bool | None = wire("emailValid")
    email_valid_token: str | None = wire("emailValidToken")
    created_at: int | None = wire("createdAt")
    verified_at: int | None = wire("verifiedAt")
    plan_changed_at: int | None = wire("planChangedAt")
    last_streamed_at: int | None = wire("lastStreamedAt")
    last_seen: int | None = wire("lastSeen")
    stripe_product_id: str | None = wire("stripeProductId")
    stripe_customer_id: str | None = wire("stripeCustomerId")
    stripe_customer_payment_method_id: str | None = wire("stripeCustomerPaymentMethodId")
    stripe_customer_subscription_id: str | None = wire("stripeCustomerSubscriptionId")
    cc_last4: str | None = wire("ccLast4")
    cc_brand: str | None = wire("ccBrand")


@frozen(kw_only=True)
class Login(Model):
    """Who wants to log in, and the proof.

    Attributes:
        email: e.g. ``"useremail@gmail.com"``.
        password: in clear text, or its hash; never shown in a repr.
    """

    email: str | None = None
    password: str | None = None


@frozen(kw_only=True)
class UserSession(Model):
    """Somebody who is logged in: what `Livepeer.with_session` takes.

    Attributes:
        id: of the user.
        email: of the user.
        token: a JWT, which does not expire; never shown in a repr.
    """

    id: str = wire("id", always=True)
    email: str | None = None
    token: str | None = None


@frozen(kw_only=True)
class EmailVerification(Model):
    """That somebody has got the mail (model "user-verification").

    Attributes:
        email: the address, e.g. ``"useremail@gmail.com"``.
        email_valid_token: from the mail, e.g. ``"E1F53135E559C253"``; never shown in a repr.
    """

    email: str | None = None
    email_valid_token: str | None = wire("emailValidToken")


@frozen(kw_only=True)
class PasswordResetRequest(Model):
    """Whose password is to be reset (model "password-reset-token").

    Attributes:
        email: the address, e.g. ``"useremail@gmail.com"``.
        user_id: e.g. ``"66E2161C-7670-4D05-B71D-DA2D6979556F"``.
    """

    email: str | None = None
    user_id: str | None = wire("userId")


@frozen(kw_only=True)
class PasswordResetToken(Model):
    """What resets a password. The server tells it to whoever asks.

    Attributes:
        id: of the token's entry.
        kind: ``"password-reset-token"``.
        email: the address, where it is told.
        user_id: whose.
        reset_token: the token; never shown in a repr.
        expiration: until when it is good, in milliseconds since the epoch: 48 hours.
    """

    id: str | None = None
    kind: str | None = None
    email: str | None = None
    user_id: str | None = wire("userId")
    reset_token: str | None = wire("resetToken")
    expiration: int | None = None


@frozen(kw_only=True)
class PasswordReset(Model):
    """A new password, and what allows it.

    Attributes:
        email: the address, e.g. ``"useremail@gmail.com"``.
        reset_token: from the mail; never shown in a repr.
        password: the new one, in clear text or as its hash; never shown in a repr.
        user_id: e.g. ``"66E2161C-7670-4D05-B71D-DA2D6979556F"``.
    """

    email: str | None = None
    reset_token: str | None = wire("resetToken")
    password: str | None = None
    user_id: str | None = wire("userId")


@frozen(kw_only=True)
class AdminStatus(Model):
    """Whether somebody is an administrator (model "make-admin").

    Attributes:
        email: the address, e.g. ``"useremail@gmail.com"``.
        admin: whether.
    """

    email: str | None = None
    admin: bool | None = None


@frozen(kw_only=True)
class Usage(Model):
    """What was streamed. Numbers are null for a user who has not streamed.

    Attributes:
        id: the day, where it is one day's.
        kind: ``"usage"``.
        date: the beginning of the day, in milliseconds since the epoch.
        source_segments: how many segments came in, e.g. 200000.
        transcoded_segments: how many went out.
        source_segments_duration: of those that came in, seconds.
        transcoded_segments_duration: of those that went out, seconds.
        stream_count: how many streams there were.
    """

    id: str | None = None
    kind: str | None = None
    date: int | None = None
    source_segments: int | None = wire("sourceSegments")
    transcoded_segments: int | None = wire("transcodedSegments")
    source_segments_duration: float | None = wire("sourceSegmentsDuration")
    transcoded_segments_duration: float | None = wire("transcodedSegmentsDuration")
    stream_count: int | None = wire("streamCount")


def _read_moment(value: Any, _: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return instant(value)
        except OverflowError:
            return value
    return value


@frozen(kw_only=True)
class UsagePeriod(Usage):
    """What one user has streamed in a stretch of time: a row of the data set ``usage``.

    Attributes:
        user_id: whose.
        from_time: its beginning, inclusive.
        to_time: its end, exclusive.
    """

    _read_time: ClassVar[Callable[[Any, Any], Any]] = staticmethod(_read_moment)
    _write_time: ClassVar[Callable[[datetime], Any]] = staticmethod(since_epoch)
    _time_unit = "ms"

    user_id: str | None = wire("userId")
    from_time: datetime | None = wire("fromTime")
    to_time: datetime | None = wire("toTime")

//! Rooms that are founded: private ones and those for announcements, roles in them, and invitations.
//!
//! To whoever is not in it, a private room and one that is not there are the same, at every one of these. Each change is
//! an event of the room's log, or a record of the writer's, decided in its line ([`crate::log::Governing`]).

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use shared::{Access, ClientKey, Command, Days, Deed, Millis, Person, PersonId, PersonName, Role, RoomName, RoomTitle};

use super::{
    account::{answer, sign_in::may_try},
    error::ApiError,
    header_text,
    session::{asked, session_of},
};
use crate::{
    Warren,
    log::{self, Draft, Governance, Governing, Hash256, Invitation, Line, Members, RoomStanding},
    may_read,
    records::{Someone, hash_of, random_text},
};

/// The letters of a private room's name that nobody guesses: 100 bits.
const NAME: usize = 20;
/// The letters of an invitation's code: 80 bits.
const CODE: usize = 16;
/// How long an invitation is good where nothing is said, and at most.
const WEEK_MS: u64 = 7 * 24 * 3_600 * 1_000;
const LONGEST_MS: u64 = 52 * WEEK_MS;
/// How many may come by an invitation where nothing is said, and at most.
const USES: u32 = 10;
const MOST_USES: u32 = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Found {
    access: Access,
    /// Of a room for announcements. A private one's is made up.
    name: Option<String>,
    #[serde(default)]
    title: RoomTitle,
}

/// `POST /api/rooms`
pub(super) async fn found(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (session, Found { access, name, title }) = asked(&request, payload, &warren).await?;
    let me = session.someone();
    let room = match (access, name) {
        (Access::Private, None) => RoomName::closed(&random_text(NAME)?),
        (Access::Announcement, Some(name)) => RoomName::parse(&name),
        _ => {
            let message =
                "A private room's name is made up; a room for announcements has one; others need no founding.";
            return Err(ApiError::BadRequest("malformed", message.to_owned()));
        }
    };
    let room = room.map_err(|why| ApiError::BadRequest("bad_room", why.to_string()))?;
    govern(&warren, me, &room, Governance::Found(access)).await?;
    entitle(&warren, me, &room, title).await?;
    Ok(answer(&json!({ "room": room })))
}

/// `GET /api/rooms/ROOM/access`: to whom the room is open, what the person is there, and what they may do.
pub(super) async fn access(
    request: HttpRequest,
    room: web::Path<String>,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (room, session) = (named(&room)?, session_of(&request, &warren).await?);
    let me = session.someone();
    let RoomStanding { access, role, days, .. } = standing(&warren, &room, me).await?;
    let days = days.or(warren.retention_days.filter(|_| access == Access::Public));
    let may = |deed| access.may(role, deed);
    let (people, invitations) = if access == Access::Public {
        (Vec::new(), Vec::new())
    } else {
        let Members { people, invitations } = warren.reads.members(room, (warren.clock)()).await?;
        let member = |(person, role): (Person, Role)| json!({"person": person, "role": role});
        // Who only reads announcements need not know who is in it.
        let people = if role.is_some() { people.into_iter().map(member).collect() } else { Vec::new() };
        let invitation = |Invitation { code, by, until, uses, .. }: Invitation| json!({"id": URL_SAFE_NO_PAD.encode(code), "by": by, "until": until, "uses": uses});
        let shown = if may(Deed::Invite) { invitations } else { Vec::new() };
        (people, shown.into_iter().map(invitation).collect())
    };
    Ok(answer(&json!({
        "access": access,
        "role": role,
        "may": {
            "post": may(Deed::Post), "describe": may(Deed::Describe), "invite": may(Deed::Invite),
            "delete_others": may(Deed::DeleteOthers), "retain": may(Deed::Retain),
            "set_roles": may(Deed::SetRole { from: None, to: Some(Role::Owner) }),
            "set_members": may(Deed::SetRole { from: Some(Role::Member), to: None }),
        },
        "retention_days": days,
        "members": people,
        "invitations": invitations,
    })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetRole {
    person: PersonId,
    /// None: they are a guest from now on.
    role: Option<Role>,
}

/// `POST /api/rooms/ROOM/roles`
pub(super) async fn set_role(
    request: HttpRequest,
    payload: web::Payload,
    room: web::Path<String>,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (session, SetRole { person, role }) = asked(&request, payload, &warren).await?;
    govern(&warren, session.someone(), &named(&room)?, Governance::SetRole { person, role }).await?;
    Ok(answer(&json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Retain {
    /// None: for ever.
    days: Option<Days>,
}

/// `POST /api/rooms/ROOM/retention`: for how many days the room keeps what is said in it.
pub(super) async fn retain(
    request: HttpRequest,
    payload: web::Payload,
    room: web::Path<String>,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (session, Retain { days }) = asked(&request, payload, &warren).await?;
    govern(&warren, session.someone(), &named(&room)?, Governance::Retain(days)).await?;
    warren.tidy.now();
    Ok(answer(&json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Invite {
    lasts_ms: Option<u64>,
    uses: Option<u32>,
}

/// `POST /api/rooms/ROOM/invitations`
pub(super) async fn invite(
    request: HttpRequest,
    payload: web::Payload,
    room: web::Path<String>,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (session, Invite { lasts_ms, uses }) = asked(&request, payload, &warren).await?;
    let (me, room) = (session.someone(), named(&room)?);
    let (lasts_ms, uses) = (lasts_ms.unwrap_or(WEEK_MS), uses.unwrap_or(USES));
    if !(1..=LONGEST_MS).contains(&lasts_ms) || !(1..=MOST_USES).contains(&uses) {
        let message = format!("An invitation is good for at most a year, and for at most {MOST_USES} people.");
        return Err(ApiError::BadRequest("malformed", message));
    }
    let code = random_text(CODE)?;
    let until = Millis((warren.clock)().0.saturating_add(lasts_ms));
    let invitation = Invitation { code: hash_of(&code), room: room.clone(), by: me.id().clone(), until, uses };
    govern(&warren, me, &room, Governance::Invite(invitation)).await?;
    let origin = header_text(&request, header::ORIGIN).unwrap_or_default();
    Ok(answer(&json!({ "code": code, "link": format!("{origin}/#invite={code}"), "until": until, "uses": uses })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revoke {
    /// The invitation's id in the list.
    id: String,
}

/// `POST /api/rooms/ROOM/invitations/revoke`
pub(super) async fn revoke(
    request: HttpRequest,
    payload: web::Payload,
    room: web::Path<String>,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (session, Revoke { id }) = asked(&request, payload, &warren).await?;
    let code: Option<Hash256> = URL_SAFE_NO_PAD.decode(id).ok().and_then(|bytes| bytes.try_into().ok());
    let code =
        code.ok_or_else(|| ApiError::BadRequest("malformed", "That is no invitation of the list.".to_owned()))?;
    govern(&warren, session.someone(), &named(&room)?, Governance::Revoke { code }).await?;
    Ok(answer(&json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    code: String,
}

/// `POST /api/invitations/look`: where an invitation leads to. Nothing is changed by looking.
pub(super) async fn look(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (_, Code { code }) = asked(&request, payload, &warren).await?;
    let (_, title) = good(&request, &warren, &code).await?;
    Ok(answer(&json!({ "title": title })))
}

/// `POST /api/invitations/accept`
pub(super) async fn accept(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (session, Code { code }) = asked(&request, payload, &warren).await?;
    let (Invitation { room, .. }, _) = good(&request, &warren, &code).await?;
    govern(&warren, session.someone(), &room, Governance::Accept { code: hash_of(&code) }).await?;
    Ok(answer(&json!({ "room": room })))
}

/// An invitation that is good. Codes that are not are counted like passwords that are wrong.
async fn good(request: &HttpRequest, warren: &Warren, code: &str) -> Result<(Invitation, RoomTitle), ApiError> {
    let attempt = may_try(request, warren, None)?;
    let found = warren.reads.invitation(hash_of(code)).await?;
    let found = found.filter(|(invitation, _)| invitation.until > (warren.clock)());
    let found = found.ok_or(ApiError::NotYou)?;
    attempt.succeeded();
    Ok(found)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Direct {
    person: PersonId,
}

/// `POST /api/direct`: the private room of two people, which is founded where it is not there yet. Whoever of them has left it
/// is in it again.
pub(super) async fn direct(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (session, Direct { person }) = asked(&request, payload, &warren).await?;
    let me = session.someone();
    if person == *me.id() {
        return Err(ApiError::BadRequest("malformed", "That is you.".to_owned()));
    }
    let room = room_of(me.id(), &person)?;
    let mut is_either_missing = false;
    for one in [me.id(), &person] {
        is_either_missing |= warren.reads.standing(room.clone(), one.clone()).await?.role.is_none();
    }
    if is_either_missing {
        // Its own name says nothing to either.
        let called = warren.reads.account(person.clone()).await?.name.unwrap_or_else(PersonName::anonymous);
        let title = RoomTitle::parse(&format!("{}, {called}", me.person().name)).unwrap_or_default();
        govern(&warren, me, &room, Governance::Meet { other: person, title }).await?;
    }
    Ok(answer(&json!({ "room": room })))
}

/// The name of the room of two people, the same whoever of them asks.
fn room_of(one: &PersonId, other: &PersonId) -> Result<RoomName, ApiError> {
    let (first, second) = if one < other { (one, other) } else { (other, one) };
    let hash = Sha256::new()
        .chain_update(b"warren direct\0")
        .chain_update(first.as_str())
        .chain_update(b"\0")
        .chain_update(second.as_str())
        .finalize();
    let end = hash.iter().take(10).fold(String::new(), |end, byte| end + &format!("{byte:02x}"));
    RoomName::closed(&end).map_err(|why| ApiError::BadRequest("bad_room", why.to_string()))
}

/// How a room stands to somebody who may know of it.
async fn standing(warren: &Warren, room: &RoomName, me: &Someone) -> Result<RoomStanding, ApiError> {
    if !may_read(warren, room, Some(me.id())).await? {
        return Err(ApiError::NoAccess);
    }
    Ok(warren.reads.standing(room.clone(), me.id().clone()).await?)
}

fn named(room: &str) -> Result<RoomName, ApiError> {
    RoomName::parse(room).map_err(|why| ApiError::BadRequest("bad_room", why.to_string()))
}

async fn govern(warren: &Warren, me: &Someone, room: &RoomName, change: Governance) -> Result<(), ApiError> {
    let governing = Governing { room: room.clone(), by: me.author(), key: key()?, change, remember: me.remember() };
    warren.log.submit(log::Command::Govern(Box::new(governing)))?.await?;
    Ok(())
}

/// Says what a room is called that has just been founded.
async fn entitle(warren: &Warren, me: &Someone, room: &RoomName, title: RoomTitle) -> Result<(), ApiError> {
    if title.is_empty() {
        return Ok(());
    }
    let command = Command::SetRoom { title: Some(title), topic: None };
    let (room, by, remember) = (room.clone(), me.author(), me.remember());
    let draft = Draft { room, by, key: key()?, command, of: None, remember, line: Line::default() };
    warren.log.submit(log::Command::Append(draft))?.await?;
    Ok(())
}

/// A name for a command of which the client has said none: an answer that is lost leaves nothing to be sent again.
fn key() -> Result<ClientKey, ApiError> {
    let text = random_text(20)?;
    ClientKey::parse(&text).map_err(|why| ApiError::BadRequest("bad_key", why.to_string()))
}

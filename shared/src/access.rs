//! Who may do what in a room: one pure rule, by which the server decides and the client shows.

use serde::{Deserialize, Serialize};

/// To whom a room is open. It is said when the room is founded, and stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Whoever has the link reads and writes. So is every room that nobody has founded.
    #[default]
    Public,
    /// Whoever has the link reads; owners and moderators write.
    Announcement,
    /// Members alone know of it.
    Private,
}

/// What somebody is in a room that was founded. Who is none of these is a guest there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Decides on everything.
    Owner,
    /// Decides on members, and on what others have written.
    Moderator,
    /// Reads and writes.
    Member,
}

/// What somebody wants to do in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Read it, and know of it at all.
    Read,
    /// Write a message, or change one's own.
    Post,
    /// Put a reaction.
    React,
    /// Say what it is called and about.
    Describe,
    /// Take back what somebody else has written.
    DeleteOthers,
    /// Invite, and take invitations back.
    Invite,
    /// Say for how many days it keeps what is said in it.
    Retain,
    /// Make somebody what they are not yet; none is a guest.
    SetRole {
        /// What they are.
        from: Option<Role>,
        /// What they are to be.
        to: Option<Role>,
    },
}

impl Role {
    /// As it stands on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Moderator => "moderator",
            Self::Member => "member",
        }
    }
}

impl Access {
    /// As it stands on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Announcement => "announcement",
            Self::Private => "private",
        }
    }

    /// Whether somebody of this role may do that.
    #[must_use]
    pub fn may(self, role: Option<Role>, deed: Deed) -> bool {
        let leads = matches!(role, Some(Role::Owner | Role::Moderator));
        match (self, deed) {
            // Nobody has founded it, so nobody is anything in it.
            (Self::Public, Deed::Read | Deed::Post | Deed::React | Deed::Describe)
            | (Self::Announcement, Deed::Read | Deed::React) => true,
            (Self::Public, Deed::DeleteOthers | Deed::Invite | Deed::Retain | Deed::SetRole { .. }) => false,
            (Self::Private, Deed::Read | Deed::Post | Deed::React) => role.is_some(),
            (Self::Announcement, Deed::Post)
            | (Self::Announcement | Self::Private, Deed::Describe | Deed::DeleteOthers | Deed::Invite) => leads,
            (Self::Announcement | Self::Private, Deed::Retain) => role == Some(Role::Owner),
            (Self::Announcement | Self::Private, Deed::SetRole { from, to }) => match role {
                Some(Role::Owner) => true,
                Some(Role::Moderator) => {
                    let below = |role| matches!(role, None | Some(Role::Member));
                    below(from) && below(to)
                }
                Some(Role::Member) | None => false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Option<Role>; 4] = [Some(Role::Owner), Some(Role::Moderator), Some(Role::Member), None];

    /// Who of owner, moderator, member and guest may.
    fn who(access: Access, deed: Deed) -> [bool; 4] {
        ROLES.map(|role| access.may(role, deed))
    }

    #[test]
    fn a_public_room_is_everybodys_and_nobodys() {
        for deed in [Deed::Read, Deed::Post, Deed::React, Deed::Describe] {
            assert_eq!(who(Access::Public, deed), [true; 4], "{deed:?}");
        }
        let set_role = Deed::SetRole { from: None, to: Some(Role::Owner) };
        for deed in [Deed::DeleteOthers, Deed::Invite, Deed::Retain, set_role] {
            assert_eq!(who(Access::Public, deed), [false; 4], "{deed:?}");
        }
    }

    #[test]
    fn in_an_announcement_room_all_read_and_few_write() {
        assert_eq!(who(Access::Announcement, Deed::Read), [true; 4]);
        assert_eq!(who(Access::Announcement, Deed::React), [true; 4]);
        for deed in [Deed::Post, Deed::Describe, Deed::DeleteOthers, Deed::Invite] {
            assert_eq!(who(Access::Announcement, deed), [true, true, false, false], "{deed:?}");
        }
    }

    #[test]
    fn a_private_room_is_its_members_and_a_guest_may_nothing() {
        for deed in [Deed::Read, Deed::Post, Deed::React] {
            assert_eq!(who(Access::Private, deed), [true, true, true, false], "{deed:?}");
        }
        for deed in [Deed::Describe, Deed::DeleteOthers, Deed::Invite] {
            assert_eq!(who(Access::Private, deed), [true, true, false, false], "{deed:?}");
        }
    }

    #[test]
    fn how_long_a_room_keeps_is_its_owners_to_say() {
        for access in [Access::Announcement, Access::Private] {
            assert_eq!(who(access, Deed::Retain), [true, false, false, false]);
        }
    }

    #[test]
    fn a_moderator_decides_on_members_alone() {
        for from in ROLES {
            for to in ROLES {
                let deed = Deed::SetRole { from, to };
                let below = [from, to].iter().all(|role| matches!(role, None | Some(Role::Member)));
                for access in [Access::Announcement, Access::Private] {
                    assert_eq!(who(access, deed), [true, below, false, false], "{deed:?}");
                }
            }
        }
    }
}

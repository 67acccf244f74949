// Who may do what in a room, as the dialog about it shows it (frontend/sheets.js); what an invitation leads to; and founding
// a room that is not open to all. The server decides (backend/src/http/govern.rs) and says what the person may do.
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

const foot = (...parts) => make("p", { class: "sheet-foot" }, ...parts);
const quiet = (...words) => make("p", { class: "quiet" }, ...words);
const post = async (path, body) => JSON.parse(await http.ask(`/api/${path}`, JSON.stringify(body)));
const date = (ms) => new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium" }).format(ms);

// What went wrong, in the server's words or ours.
async function words(fault) {
  if (!(fault instanceof Response)) return fault instanceof TypeError ? "The server was not reached." : String(fault);
  const { message } = await fault.json().catch(() => ({}));
  return message ?? "The server did not take it.";
}

// What a press or a form does, and what became of it in words. Nothing is asked twice at a time.
function doing(said, run) {
  let busy = false;
  return async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    said.textContent = "…";
    try {
      said.textContent = (await run()) ?? "";
    } catch (fault) {
      said.textContent = await words(fault);
    }
    busy = false;
  };
}

const button = (label, press, said) => {
  const made = make("button", { type: "button", class: "small" }, label);
  made.addEventListener("click", doing(said, press));
  return made;
};

// The page of a room that the list may not know of yet.
const go = (room) => {
  location.assign(`/r/${room}`);
  return "";
};

const ACCESS = {
  public: "Open to all who have the link: whoever comes may read and write.",
  announcement: "For announcements: all who have the link may read, owners and moderators write.",
  private: "Private: only those who are in it know of it.",
};
const ROLES = [["owner", "Owner"], ["moderator", "Moderator"], ["member", "Member"]];
const named = (role) => ROLES.find(([value]) => value === role)?.[1] ?? "Guest";

function members(room, state, said, draw) {
  const { me } = state;
  const set = (person, role, became) => post(`rooms/${room}/roles`, { person, role }).then(draw).then(() => became);
  return state.members.map(({ person, role }) => {
    const row = make("li", {}, make("bdi", {}, person.name));
    const own = person.id === me;
    if (state.may.set_roles && !own) {
      const select = make("select", { "aria-label": "Role" }, ...ROLES.map(([value, label]) => {
        const option = make("option", { value }, label);
        option.selected = value === role;
        return option;
      }));
      select.addEventListener("change", doing(said, () => set(person.id, select.value, "The role is set.")));
      row.append(select);
    } else {
      row.append(quiet(named(role)));
    }
    const below = role === "member" ? state.may.set_members : state.may.set_roles;
    if (!own && below) row.append(button("Remove from the room", () => set(person.id, null, "Removed."), said));
    return row;
  });
}

function invitations(room, state, said, draw) {
  const host = make("div", {});
  const make_one = async () => {
    const { link, until, uses } = await post(`rooms/${room}/invitations`, {});
    const area = make("input", { readonly: "", class: "link", dir: "ltr", "aria-label": "The link of the invitation", value: link });
    await draw();
    document.querySelector("#access .made")?.replaceChildren(area, quiet(`For ${uses} people, until ${date(until)}. It is not shown again.`));
    // (A field that is selected without being focused keeps what is typed later from the message box.)
    area.focus();
    area.select();
    return navigator.clipboard?.writeText(link).then(() => "The link is copied.", () => "") ?? "";
  };
  host.append(foot(button("Invite by a link", make_one, said)), make("div", { class: "made" }));
  if (state.invitations.length) {
    const rows = state.invitations.map(({ id, until, uses }) => {
      const revoke = () => post(`rooms/${room}/invitations/revoke`, { id }).then(draw).then(() => "The invitation is good no longer.");
      return make("li", {}, make("span", {}, `For ${uses} people, until ${date(until)}`), button("Take it back", revoke, said));
    });
    host.append(make("ul", { class: "listed" }, ...rows));
  }
  return host;
}

// For how long the room keeps what is said in it.
const DAYS = [["", "For ever"], ["1", "A day"], ["7", "A week"], ["30", "30 days"], ["90", "90 days"], ["365", "A year"]];
function retention(room, state, said, draw) {
  const now = String(state.retention_days ?? "");
  if (!state.may.retain) return now ? [quiet(`Messages are kept for ${now} days.`)] : [];
  const all = DAYS.some(([value]) => value === now) ? DAYS : [...DAYS, [now, `${now} days`]];
  const select = make("select", { id: "access-days" }, ...all.map(([value, label]) => {
    const option = make("option", { value }, label);
    option.selected = value === now;
    return option;
  }));
  const set = () => post(`rooms/${room}/retention`, { days: select.value ? Number(select.value) : null }).then(draw).then(() => "It is set.");
  const sure = button("Drop what is older, for everybody", set, said);
  sure.classList.add("danger");
  sure.hidden = true;
  select.addEventListener("change", (event) => {
    // What is dropped does not come back: that takes a second press.
    const shorter = Number(select.value || Infinity) < Number(now || Infinity);
    sure.hidden = !shorter;
    if (!shorter && select.value !== now) doing(said, set)(event);
  });
  return [make("div", { class: "field" }, make("label", { for: "access-days" }, "Messages are kept"), select), foot(sure)];
}

async function fill(host, room) {
  const said = make("p", { role: "status", class: "quiet" });
  const draw = async () => {
    let state;
    try {
      const [access, account] = await Promise.all([http.ask(`/api/rooms/${room}/access`), http.ask("/api/account")]);
      state = { ...JSON.parse(access), me: JSON.parse(account).you.id };
    } catch (fault) {
      return host.replaceChildren(quiet(await words(fault)));
    }
    const parts = [quiet(ACCESS[state.access] ?? "")];
    if (state.members.length) parts.push(make("ul", { class: "listed members" }, ...members(room, state, said, draw)));
    if (state.may.invite) parts.push(invitations(room, state, said, draw));
    parts.push(...retention(room, state, said, draw));
    if (state.role) {
      const leave = () => post(`rooms/${room}/roles`, { person: state.me, role: null }).then(() => (location.assign("/"), ""));
      const sure = button("Leave: only an invitation leads back", leave, said);
      sure.classList.add("danger");
      sure.hidden = true;
      const ask = make("button", { type: "button", class: "small" }, "Leave the room for good");
      ask.addEventListener("click", () => {
        sure.hidden = false;
        sure.focus();
      });
      parts.push(foot(ask, sure));
    }
    host.replaceChildren(...parts, said);
  };
  await draw();
}

// A room that is to be founded.
function founding(host) {
  const said = make("p", { role: "status", class: "quiet" });
  const field = (id, label, attributes) => make("div", { class: "field" }, make("label", { for: id }, label), make("input", { id, autocomplete: "off", dir: "auto", ...attributes }));
  const title = field("found-title", "What the private room is called", { maxlength: "80", required: "" });
  const room = make("form", {}, title, foot(make("button", { class: "small" }, "Found the private room")));
  room.addEventListener("submit", doing(said, () => post("rooms", { access: "private", title: title.querySelector("input").value.trim() }).then((made) => go(made.room))));
  const name = field("found-name", "Link name of the room for announcements", { maxlength: "40", required: "", pattern: "[a-z0-9\\-]+" });
  const news = make("form", {}, name, foot(make("button", { class: "small" }, "Found the room for announcements")));
  news.addEventListener("submit", doing(said, () => post("rooms", { access: "announcement", name: name.querySelector("input").value }).then((made) => go(made.room))));
  host.replaceChildren(quiet("Any other room is there as soon as somebody goes to it, and is open to all who have its link."), quiet(ACCESS.private), room, quiet(ACCESS.announcement), news, said);
}

// What an invitation leads to. Nothing is done yet.
async function invited(host, code) {
  const said = make("p", { role: "status", class: "quiet" });
  try {
    const { title } = await post("invitations/look", { code });
    const accept = () => post("invitations/accept", { code }).then(({ room }) => go(room));
    host.replaceChildren(make("p", {}, make("span", {}, "You are invited to a private room:"), " ", make("bdi", {}, title || "…")),
      foot(button("Come in", accept, said)), said);
  } catch (fault) {
    host.replaceChildren(make("p", { role: "status" }, fault instanceof Response && fault.status === 403 ? "This invitation is not good, or no longer." : await words(fault)));
  }
}

const look = new CSSStyleSheet();
look.replaceSync(`@layer details {
  .listed { margin: 0; padding: 0; list-style: none; & li { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; min-block-size: var(--target); } & bdi { flex: 1 1 12ch; font-weight: 600; overflow-wrap: anywhere; } }
  .sheet input.link { inline-size: 100%; margin-block-start: 8px; }
}`);
document.adoptedStyleSheets.push(look);

addEventListener("use-access", ({ detail: { host, room, code } }) => (room ? fill(host, room) : code ? invited(host, code) : founding(host)));

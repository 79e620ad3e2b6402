"use strict";
/* Everything on the page can be read without this script. It looks packets up in boxes
   that were worked out when the page was written, and filters the tables. */
(() => {
  const at = (id) => document.getElementById(id);
  const { stacks, protocols, names } = JSON.parse(at("/lookup").textContent);
  const BITS = { ipv4: 32n, ipv6: 128n };

  // --- Addresses -------------------------------------------------------------------------

  const four = (text) => {
    const parts = text.split(".");
    const sound = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && part < 256);
    return sound ? parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n) : null;
  };

  const six = (text) => {
    let words = text;
    const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
    if (tail) {
      const low = four(tail[2]);
      if (low === null) return null;
      words = `${tail[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
    }
    const halves = words.split("::");
    if (halves.length > 2) return null;
    const [left, right] = halves.map((half) => (half ? half.split(":") : []));
    const count = left.length + (right ? right.length : 0);
    if (right ? count > 7 : count !== 8) return null;
    const all = [...left, ...Array(8 - count).fill("0"), ...(right ?? [])];
    if (!all.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return null;
    return all.reduce((sum, word) => sum * 65536n + BigInt(`0x${word}`), 0n);
  };

  const written = (family, number) => {
    const count = family === "ipv4" ? 4 : 8;
    const size = BITS[family] / BigInt(count);
    const words = Array.from({ length: count }, (_, index) =>
      (number >> (size * BigInt(count - 1 - index))) & ((1n << size) - 1n));
    if (family === "ipv4") return words.join(".");
    if (number >> 32n === 0xffffn) return `::ffff:${written("ipv4", number & 0xffffffffn)}`;
    const text = words.map((word) => word.toString(16)).join(":");
    // RFC 5952: the first of the longest runs of zeros, if it is longer than one.
    const runs = text.match(/\b0(:0)+\b/g) ?? [];
    const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), "");
    return longest ? text.replace(new RegExp(`(^|:)${longest}($|:)`), "::") : text;
  };

  const peerOf = (text) => {
    const [host, length, more] = text.split("/");
    const family = host.includes(":") ? "ipv6" : "ipv4";
    const first = (family === "ipv6" ? six : four)(host);
    if (first === null || more !== undefined) return null;
    const bits = BITS[family];
    if (length !== undefined && !/^\d{1,3}$/.test(length)) return null;
    const long = length === undefined ? bits : BigInt(length);
    if (long > bits) return null;
    const size = 1n << (bits - long);
    if (first % size) throw `${text} has bits behind its prefix length; write ${written(family, first - first % size)}/${long} for the network, ${written(family, first)}/${bits} for the host`;
    const name = long === bits ? written(family, first) : `${written(family, first)}/${long}`;
    return { family, first, last: first + size - 1n, name };
  };

  const peersOf = (data, text) => {
    if (text === "self") {
      if (!data.own) throw "self is asked for and networks are not given";
      return [{ family: "self", first: 0n, last: 0n, name: "self" }];
    }
    const peer = peerOf(text);
    if (peer) return [peer];
    const host = Object.keys(data.hosts).find((name) => name.toLowerCase() === text.toLowerCase());
    if (!host) throw `${text || "nothing"} is no address and no host of the catalogue; write one such as 192.0.2.1, 2001:db8::1 or 192.0.2.0/24`;
    if (!data.hosts[host].length) throw `${host} has no addresses in the catalogue; write an address`;
    return data.hosts[host].map(peerOf);
  };

  // --- Protocols and ports ---------------------------------------------------------------

  const isIcmp = (protocol) => protocol.startsWith("icmp");
  const hasPorts = (protocol) => protocol === "tcp" || protocol === "udp";

  const protocolOf = (text) => {
    const said = text === "all" ? "-1" : text;
    const name = Object.hasOwn(names, said) ? names[said] : said;
    if (hasPorts(name) || isIcmp(name) || name === "-1") return name;
    if (/^(0|[1-9]\d{0,2})$/.test(name) && Number(name) < 256) return name;
    throw `${text || "nothing"} is no protocol; write tcp, udp, icmp, icmpv6, -1 for all, or a number from 0 to 255`;
  };

  // Messages that ask or answer have one code (RFC 792, RFC 4443).
  const ONE_CODE = { icmp: [0, 8, 13, 14, 15, 16, 17, 18], icmpv6: [128, 129] };

  const portsOf = (protocol, text) => {
    if (isIcmp(protocol)) {
      const found = /^(\d{1,3})(?:\/(\d{1,3}))?$/.exec(text);
      if (!found || found[1] > 255 || found[2] > 255) throw `${text || "nothing"} is no message of ${protocol}; write the type, or type/code such as 3/4`;
      const type = Number(found[1]);
      const code = found[2] ?? (ONE_CODE[protocol].includes(type) ? 0 : undefined);
      return code === undefined ? [type * 256, type * 256 + 255] : [type * 256 + Number(code), type * 256 + Number(code)];
    }
    if (!hasPorts(protocol)) {
      if (text) throw `protocol ${protocol} has no ports; leave the port out`;
      return [0, 65535];
    }
    const found = /^([1-9]\d{0,4})(?:-([1-9]\d{0,4}))?$/.exec(text);
    const [first, last] = found ? [Number(found[1]), Number(found[2] ?? found[1])] : [1, 0];
    if (first > last || last > 65535) throw `${text || "nothing"} is no port; write one such as 25, or a range such as 20-22`;
    return [first, last];
  };

  const stretch = (protocol, first, last) => {
    if (protocol === "-1") return "all protocols";
    if (protocol === "other") return "any other protocol";
    if (hasPorts(protocol)) return `${protocol} ${first === last ? first : `${first}-${last}`}`;
    if (!isIcmp(protocol)) return `protocol ${protocol}`;
    if (first === 0 && last === 65535) return `${protocol} all`;
    const [[type, code], [lastType, lastCode]] = [first, last].map((end) => [end >> 8, end & 255]);
    if (code === 0 && lastCode === 255) return `${protocol} ${type === lastType ? `type ${type}` : `types ${type}-${lastType}`}`;
    if (type === lastType && code !== lastCode) return `${protocol} type ${type} codes ${code}-${lastCode}`;
    const ends = [`type ${type} code ${code}`, `type ${lastType} code ${lastCode}`];
    return `${protocol} ${[...new Set(ends)].join(" to ")}`;
  };

  // --- Looking up ------------------------------------------------------------------------

  /** Give the boxes of a plane that hold something of a stretch of ports and of a peer. */
  const boxesOf = (data, plane, [low, high], peer) => {
    const alone = peer.first === peer.last ? data.special[peer.name] : undefined;
    const ports = (alone ?? data.planes)[plane];
    const found = [];
    for (let index = 0; index < ports.length; index += 2) {
      const first = ports[index];
      const last = index + 2 < ports.length ? ports[index + 2] - 1 : 65535;
      if (first > high || last < low) continue;
      const strip = data.strips[ports[index + 1]];
      for (let place = 0; place < strip.length; place += 2) {
        const start = BigInt(strip[place]);
        const end = place + 2 < strip.length ? BigInt(strip[place + 2]) - 1n : peer.last;
        if (start > peer.last || end < peer.first) continue;
        found.push({ first: Math.max(first, low), last: Math.min(last, high), start: start < peer.first ? peer.first : start, told: data.told[strip[place + 1]] });
      }
    }
    return found;
  };

  const joined = (some) => {
    const all = [];
    for (const [protocol, first, last] of some) {
      const before = all.at(-1);
      if (before && before[0] === protocol && before[2] + 1 === first) before[2] = last;
      else all.push([protocol, first, last]);
    }
    return all.map((each) => stretch(...each));
  };

  /** Put together what is said of all boxes at one address. */
  const together = (boxes) => {
    const once = (place) => [...new Set(boxes.flatMap(({ told }) => told[place] ?? []))].sort((one, other) => one - other);
    const lost = (place) => joined(boxes.filter(({ told }) => told[place]).map((box) => [box.protocol, box.first, box.last]));
    return {
      allowed: boxes.every(({ told }) => told[0]),
      filtered: boxes.some(({ told }) => told[1].length || told[2]),
      group: once(1), groupLost: lost(2), there: once(3), thereLost: lost(4),
      back: boxes.some(({ told }) => told[5] !== null) ? once(5) : null,
      backLost: once(6), services: once(7), notes: once(8),
    };
  };

  const both = (one, other) => one.filter((each) => other.includes(each));

  /** Part a peer where anything of what is said changes. */
  const partsOf = (data, direction, protocol, ports, peer) => {
    const each = protocol === "-1" ? protocols : [hasPorts(protocol) || isIcmp(protocol) ? protocol : "other"];
    const boxes = each.flatMap((name) =>
      boxesOf(data, `${direction} ${name} ${peer.family}`, ports, peer).map((box) => ({ ...box, protocol: name === "other" && protocol !== "-1" ? protocol : name })));
    const starts = [...new Set(boxes.map(({ start }) => start))].sort((one, other) => (one < other ? -1 : 1));
    const parts = [];
    for (const start of starts) {
      const holding = new Map();
      for (const box of boxes) {
        const key = `${box.protocol} ${box.first}`;
        if (box.start <= start && (!holding.has(key) || holding.get(key).start <= box.start)) holding.set(key, box);
      }
      const said = together([...holding.values()]);
      const key = JSON.stringify({ ...said, notes: null });
      const before = parts.at(-1);
      if (before?.key === key) before.said.notes = both(before.said.notes, said.notes);
      else parts.push({ key, start, said });
    }
    return parts.map((part) => ({ ...part, peer, whole: parts.length === 1 }));
  };

  // --- Answering -------------------------------------------------------------------------

  const make = (name, ...children) => {
    const made = document.createElement(name);
    made.append(...children);
    return made;
  };
  const link = (anchor, text) => Object.assign(make("a", text), { href: `#${anchor}` });

  const rowsOf = (data, said, protocol) => {
    if (!said.filtered) return [];
    const line = (place) => {
      const [anchor, name, what] = data.lines[place];
      return [link(anchor, name), `: ${what}`];
    };
    const why = (place) => {
      const [anchor, name, what] = data.services[place];
      return [link(anchor, name), `: ${what}`];
    };
    const other = (text) => (text === stretch("other") ? stretch(/^\d+$/.test(protocol) ? protocol : "other") : text);
    const by = (one, two) => (data.services[one][1] < data.services[two][1] ? -1 : 1);
    const entries = (some, lost) => [...some.map(line), ...lost.map((text) => [`no entry passes ${text}, and an ACL ends in deny`])];
    return [
      ["group", [...said.group.map(line), ...said.groupLost.map((text) => [`no rule passes ${text}`])]],
      ["there", entries(said.there, said.thereLost)],
      ["back", said.back ? entries(said.back, said.backLost.map((place) => other(data.texts[place]))) : [["nothing comes back"]]],
      ["why", said.services.length ? said.services.sort(by).map(why) : [["nothing in the document or the stack's file asks for it"]]],
    ];
  };

  const listed = (rows) => {
    const list = make("dl");
    for (const [name, all] of rows) if (all.length) list.append(make("div", make("dt", name), ...all.map((each) => make("dd", ...each))));
    return list;
  };

  const answer = (stack, direction, protocol, address, port) => {
    const data = stacks[stack];
    const name = protocolOf(protocol);
    const peers = peersOf(data, address);
    const ports = portsOf(name, port);
    const family = { icmp: "ipv4", icmpv6: "ipv6" }[name];
    const odd = peers.find((peer) => family && peer.family !== "self" && peer.family !== family);
    if (odd) throw `${odd.name} is no address for ${name}; ask for icmp with IPv4 and for icmpv6 with IPv6`;
    const parts = peers.flatMap((peer) => partsOf(data, direction, name, ports, peer));
    const allowed = parts.every(({ said }) => said.allowed);
    const way = { egress: "to", ingress: "from" }[direction];
    const first = `: ${direction} ${stretch(name, ...ports)} ${way} ${peers.map((peer) => peer.name).join(", ")}`;
    const verdict = make("p", make("b", allowed ? "Allowed" : "Refused"), first);
    verdict.className = allowed ? "allowed" : "refused";
    const notes = parts.map(({ said }) => said.notes).reduce(both);
    return [
      verdict,
      ...parts.flatMap(({ start, said, peer, whole }) => [
        ...(parts.length > 1 ? [make("h3", `${whole ? peer.name : `from ${written(peer.family, start)} on`}: ${said.allowed ? "allowed" : "refused"}`)] : []),
        listed(rowsOf(data, said, name)),
      ]),
      listed([["note", notes.map((place) => [data.texts[place]])]]),
      make("p", allowed ? "The same in a terminal: " : "What would allow it: ", make("code", `gateway-rules explain ${[stack, direction, name, address, port].filter(Boolean).join(" ")}`)),
    ];
  };

  at("/question").addEventListener("submit", (event) => {
    event.preventDefault();
    const words = ["/stack", "/direction", "/protocol", "/address", "/port"].map((id) => at(id).value.trim());
    try {
      at("/answer").replaceChildren(...answer(...words));
    } catch (said) {
      if (typeof said !== "string") throw said;
      at("/answer").replaceChildren(make("p", make("b", "This cannot be asked"), `: ${said}`));
    }
  });

  const named = () => {
    const data = stacks[at("/stack").value];
    at("/hosts").replaceChildren(...Object.keys(data?.hosts ?? {}).filter((host) => data.hosts[host].length).map((host) => make("option", host)));
  };
  at("/stack").addEventListener("change", named);

  // --- Filtering -------------------------------------------------------------------------

  const field = at("/filter");
  const rows = [...document.querySelectorAll("table.rows > tbody > tr")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const blocks = [...document.querySelectorAll(".wide")].filter((block) => block.querySelector("table.rows"));

  const filter = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    rows.forEach((row, index) => row.classList.toggle("none", !words.every((word) => texts[index].includes(word))));
    blocks.forEach((block) => block.classList.toggle("none", !block.querySelector("tbody > tr:not(.none)")));
    const left = rows.filter((row) => !row.classList.contains("none")).length;
    at("/left").value = words.length ? `${left} of ${rows.length} rows` : "";
  };
  const clear = () => { field.value = ""; filter(); };
  field.addEventListener("input", filter);
  field.addEventListener("keydown", (event) => { if (event.key === "Escape") clear(); });

  /** A link may point at a row that the filter hides. */
  const show = () => {
    const row = at(decodeURIComponent(location.hash.slice(1)));
    if (row?.closest(".none")) { clear(); row.scrollIntoView(); }
  };
  addEventListener("hashchange", show);

  document.querySelectorAll(".scripted").forEach((part) => { part.hidden = false; });
  if (Object.keys(stacks).length) named();
  else { at("/ask").parentElement.hidden = true; }
})();

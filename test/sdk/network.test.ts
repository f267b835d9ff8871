import { expect } from "vitest";
import { type TestHost, describeHosts } from "../../harness/src/testing/index.ts";
import { type ConnectionScript, NETWORK_FILTER, NETWORK_SUITE, play, trace } from "./network-script.ts";
import type { Field, Step } from "./script.ts";

const FIELDS: Field[] = [
  [":method", "GET"],
  [":path", "/"],
  [":authority", "call.test"],
];
const call = (...then: Step[]): Step => ["call", "stable", FIELDS, "", 5000, then];

/** Connects with `script` in force; the upstream has accepted. */
async function connected(host: TestHost, script: ConnectionScript = {}) {
  await play(host, script);
  const client = await host.connect();
  return { client, upstream: await host.tcpUpstream.accept() };
}

/** Connects with `script` in force, which keeps the connection from the upstream. */
async function lonely(host: TestHost, script: ConnectionScript) {
  await play(host, script);
  return host.connect();
}

describeHosts("A network filter", NETWORK_SUITE, ({ it, host }) => {
  it("sees a connection from its beginning to its end", async () => {
    const { client, upstream } = await connected(host);
    await client.send("hello");
    expect(await upstream.read(5)).toBe("hello");
    await upstream.send("bye");
    expect(await client.read(3)).toBe("bye");
    await client.finish();
    expect(await upstream.ended).toBe("end");
    await upstream.finish();
    expect(await client.ended).toBe("end");
    const ends = ["down 0 end", "up 0 end", "up closed 0", "down closed 1", "done", "log"];
    expect(await trace(host)).toEqual(["new", "down 5", "up 3", ...ends]);
  });

  it("sees the upstream end first, and the client go on", async () => {
    const { client, upstream } = await connected(host);
    await upstream.finish();
    expect(await client.ended).toBe("end");
    await client.send("late");
    expect(await upstream.read(4)).toBe("late");
    await client.finish();
    expect(await upstream.ended).toBe("end");
    const ends = ["down 4", "down 0 end", "down closed 2", "done", "log"];
    expect(await trace(host)).toEqual(["new", "up 0 end", "up closed 0", ...ends]);
  });

  it("sees a client break off", async () => {
    const { client, upstream } = await connected(host);
    await client.send("x");
    await upstream.read(1);
    await client.abort();
    expect(await upstream.ended).toBe("reset");
    expect(await trace(host)).toEqual(["new", "down 1", "down closed 2", "done", "log"]);
  });

  it("sees an upstream break off", async () => {
    const { client, upstream } = await connected(host);
    await client.send("x");
    await upstream.read(1);
    await upstream.abort();
    expect(await client.ended).toBe("reset");
    expect(await trace(host)).toEqual(["new", "down 1", "down closed 1", "done", "log"]);
  });

  it("reads and writes both ways", async () => {
    const { client, upstream } = await connected(host, {
      downstreamData: [
        ["read", "downstream"],
        ["read", "upstream"],
        ["replace", "downstream", "HELLO"],
        ["prepend", "downstream", "<"],
        ["append", "downstream", ">"],
      ],
      upstreamData: [
        ["read", "upstream", 1, 1],
        ["read", "downstream"],
        ["replace", "upstream", "BYE"],
        ["append", "downstream", "x"],
      ],
    });
    await client.send("hello");
    expect(await upstream.read(7)).toBe("<HELLO>");
    await upstream.send("bye");
    expect(await client.read(3)).toBe("BYE");
    await client.abort();
    const read = ["down 5", "=hello", "=", "up 3", "=y", "=", "BadArgument"];
    expect(await trace(host)).toEqual(["new", ...read, "down closed 2", "done", "log"]);
  });

  it("can take bytes away, and let a connection end with others", async () => {
    const { client, upstream } = await connected(host, {
      downstreamData: [
        ["replace", "downstream", ""],
        ["atEnd", [["append", "downstream", "end"]]],
      ],
    });
    await client.send("hello");
    await client.finish();
    expect(await upstream.read(3)).toBe("end");
    expect(await upstream.ended).toBe("end");
    expect(upstream.received).toBe("");
    await upstream.finish();
    await trace(host);
  });

  it("holds the client's bytes back until there are enough, and sees them all", async () => {
    const { client, upstream } = await connected(host, {
      downstreamData: [
        ["read", "downstream"],
        ["pauseUnder", 6],
      ],
      upstreamData: [["read", "downstream"]],
    });
    await client.send("abc");
    await seen(host, "=abc");
    // Bytes of the upstream pass meanwhile, and what is held back can be read there.
    await upstream.send("hi");
    expect(await client.read(2)).toBe("hi");
    await client.send("def");
    expect(await upstream.read(6)).toBe("abcdef");
    await client.abort();
    const held = ["down 3", "=abc", "up 2", "=abc", "down 6", "=abcdef"];
    expect(await trace(host)).toEqual(["new", ...held, "down closed 2", "done", "log"]);
  });

  it("holds the upstream's bytes back until there are enough, and shows them in its hook only", async () => {
    const { client, upstream } = await connected(host, {
      upstreamData: [
        ["read", "upstream"],
        ["append", "upstream", "-"],
        ["pauseUnder", 6],
      ],
      downstreamData: [
        ["read", "upstream"],
        ["append", "upstream", "x"],
      ],
    });
    await upstream.send("abc");
    await seen(host, "=abc");
    await client.send("hi");
    expect(await upstream.read(2)).toBe("hi");
    await upstream.send("def");
    expect(await client.read(8)).toBe("abc-def-");
    await client.abort();
    const held = ["up 3", "=abc", "down 2", "=", "BadArgument", "up 7", "=abc-def"];
    expect(await trace(host)).toEqual(["new", ...held, "down closed 2", "done", "log"]);
  });

  it("goes on from another hook", async () => {
    const script = { downstreamData: [["pause"]], upstreamData: [["resume"]] } as const;
    const { client, upstream } = await connected(host, script);
    await client.send("abc");
    await seen(host, "down 3");
    await upstream.send("x");
    expect(await upstream.read(3)).toBe("abc");
    await client.abort();
    await trace(host);
  });

  it("closes a connection at once", async () => {
    const client = await lonely(host, { newConnection: [["close"]] });
    expect(await client.ended).toBe("end");
    expect(await trace(host)).toEqual(["new", "down closed 1", "done", "log"]);
    expect(host.tcpUpstream.connections).toBe(0);
  });

  for (const close of ["close", "closeUpstream"]) {
    it(`closes both ends, and drops what it was called for: ${close} at the client's bytes`, async () => {
      const { client, upstream } = await connected(host, { downstreamData: [[close]] });
      await upstream.send("hi");
      expect(await client.read(2)).toBe("hi");
      await client.send("x");
      expect([await client.ended, await upstream.ended]).toEqual(["end", "end"]);
      expect(upstream.received).toBe("");
      expect(await trace(host)).toEqual(["new", "up 2", "down 1", "down closed 1", "done", "log"]);
    });

    it(`closes both ends, and drops what it was called for: ${close} at the upstream's bytes`, async () => {
      const { client, upstream } = await connected(host, { upstreamData: [[close]] });
      await upstream.send("hi");
      expect([await client.ended, await upstream.ended]).toEqual(["end", "end"]);
      expect(client.received).toBe("");
      expect(await trace(host)).toEqual(["new", "up 2", "down closed 1", "done", "log"]);
    });
  }

  it("knows who talks", async () => {
    const { client } = await connected(host, {
      newConnection: [
        ["integerProperty", 0, "destination", "port"],
        ["property", "connection", "requested_server_name"],
        ["property", "request", "path"],
        ["property", "xds", "cluster_name"],
        ["property", "upstream", "address"],
        ["setProperty", "t", "v"],
        ["clearRouteCache"],
      ],
      log: [
        ["property", "t"],
        ["property", "plugin_name"],
      ],
    });
    await client.abort();
    const lines = await trace(host);
    expect(Number(lines[1])).toBeGreaterThan(0);
    expect(lines.slice(2, 7)).toEqual(["=", "absent", "absent", "absent", "BadArgument"]);
    expect(lines.slice(-2)).toEqual(["=v", "=connection"]);
  });

  it("serves connections side by side", async () => {
    await play(host, { downstreamData: [["pauseUnder", 2]] });
    const clients = [await host.connect(), await host.connect()];
    const upstreams = [await host.tcpUpstream.accept(), await host.tcpUpstream.accept()];
    for (const [n, client] of clients.entries()) await client.send(`${n}`);
    for (const [n, client] of clients.entries()) await client.send(`${n}`);
    const got = await Promise.all(upstreams.map((upstream) => upstream.read(2)));
    expect(got.sort()).toEqual(["00", "11"]);
    for (const client of clients) await client.abort();
    await trace(host, 2);
  });
});

describeHosts("A call from a connection", NETWORK_SUITE, ({ it, host }) => {
  it("lets it begin", async () => {
    const script = { newConnection: [["pause"], call(["answer"], ["resume"])] } as const;
    const { client, upstream } = await connected(host, script);
    await client.send("hello");
    expect(await upstream.read(5)).toBe("hello");
    await client.abort();
    expect(await trace(host)).toEqual(["new", "status 200", "down 5", "down closed 2", "done", "log"]);
  });

  it("ends it", async () => {
    const client = await lonely(host, { newConnection: [["pause"], call(["close"], ["close"], ["resume"])] });
    expect(await client.ended).toBe("end");
    expect(await trace(host)).toEqual(["new", "down closed 1", "done", "log"]);
    expect(host.tcpUpstream.connections).toBe(0);
  });

  it("decides on bytes, and changes them", async () => {
    const then: Step[] = [["read", "downstream"], ["append", "downstream", "!"], ["resume"]];
    const { client, upstream } = await connected(host, { downstreamData: [["pause"], call(...then)] });
    await client.send("hello");
    expect(await upstream.read(6)).toBe("hello!");
    await client.abort();
    expect(await trace(host)).toEqual(["new", "down 5", "=hello", "down closed 2", "done", "log"]);
  });

  it("is never answered when the connection ends first", async () => {
    const answer = Promise.withResolvers<Record<string, never>>();
    const asked = Promise.withResolvers<void>();
    host.upstream("stable").reply(({ path }) => {
      if (path !== "/late") return {};
      asked.resolve();
      return answer.promise;
    });
    const late: Field[] = [
      [":method", "GET"],
      [":path", "/late"],
      [":authority", "call.test"],
    ];
    const { client } = await connected(host, {
      downstreamData: [["pause"], ["call", "stable", late, "", 0, [["answer"], ["resume"], ["close"]]]],
    });
    await client.send("x");
    await asked.promise;
    await client.abort();
    const lines = await trace(host);
    answer.resolve({});
    expect(lines).toEqual(["new", "down 1", "down closed 2", "done", "log"]);
    const next = await connected(host, { newConnection: [["pause"], call(["resume"])] });
    await next.client.abort();
    expect(await trace(host, 2)).not.toContain("status 200");
  });
});

describeHosts(
  "Two network filters",
  { ...NETWORK_SUITE, networkFilters: [NETWORK_FILTER, { ...NETWORK_FILTER, name: "second" }] },
  ({ it, host }) => {
    it("see the client's bytes in their order, the upstream's the other way round", async () => {
      const { client, upstream } = await connected(host, { upstreamData: [["pauseUnder", 4]] });
      await client.send("abc");
      await upstream.read(3);
      await upstream.send("de");
      await seen(host, "up 2");
      await upstream.send("fg");
      expect(await client.read(4)).toBe("defg");
      await client.abort();
      await trace(host, 2);
      const lines = host.logs.map(({ plugin, message }) => `${plugin} ${message.slice("report: ".length)}`);
      expect(lines.filter((line) => !line.startsWith("script "))).toEqual([
        ...["connection new", "second new", "connection down 3", "second down 3"],
        ...["second up 2", "second up 4", "connection up 4"],
        ...["connection down closed 2", "connection done", "connection log", "connection gone"],
        ...["second down closed 2", "second done", "second log", "second gone"],
      ]);
    });
  },
);

describeHosts("A network filter that holds too much back", NETWORK_SUITE, ({ it, host }) => {
  const MEBIBYTE = 1 << 20;

  it("is shown no more than the host buffers", async () => {
    const { client, upstream } = await connected(host, { downstreamData: [["pauseUnder", 3 * MEBIBYTE]] });
    await client.send(new Uint8Array(2.5 * MEBIBYTE));
    const most = (): number =>
      Math.max(0, ...host.logs.map(({ message }) => Number(/down (\d+)$/.exec(message)?.[1] ?? 0)));
    await expect.poll(most, { timeout: 10_000 }).toBeGreaterThan(MEBIBYTE);
    expect(most()).toBeLessThan(1.5 * MEBIBYTE);
    await upstream.abort();
    expect((await trace(host)).slice(-3)).toEqual(["down closed 1", "done", "log"]);
  });

  it("passes any size on that it does not hold back", async () => {
    const { client, upstream } = await connected(host);
    await client.send(new Uint8Array(2.5 * MEBIBYTE));
    expect((await upstream.read(2.5 * MEBIBYTE)).length).toBe(2.5 * MEBIBYTE);
    await client.abort();
    await trace(host);
  });
});

describeHosts(
  "A network filter that traps",
  { filters: [], networkFilters: [{ filter: "test/sdk/assembly/network-trap.ts" }], mayTrap: true },
  ({ it, host }) => {
    it("closes its connection, and all later ones", async () => {
      const client = await host.connect();
      const upstream = await host.tcpUpstream.accept();
      await client.send("fine");
      expect(await upstream.read(4)).toBe("fine");
      await client.send("trap");
      expect([await client.ended, await upstream.ended]).toEqual(["end", "end"]);
      expect(upstream.received).toBe("");
      expect(await (await host.connect()).ended).toBe("end");
      expect(host.tcpUpstream.connections).toBe(1);
    });
  },
);

/** What a filter may get wrong, in every hook. */
const MISUSES: Readonly<Record<string, readonly Step[]>> = {
  "resumes what is not paused": [["resume"], ["resume"]],
  "closes twice": [["close"], ["closeUpstream"]],
  "closes and resumes": [["close"], ["resume"]],
  "replies as to a request": [["reply"]],
  "calls, and closes at the answer": [call(["close"], ["resume"], ["read", "upstream"])],
  "writes everywhere": [
    ["append", "downstream", ""],
    ["append", "upstream", ""],
  ],
  "sets properties": [["setProperty", "t", "v"], ["clearRouteCache"]],
};

const HOOKS = [
  "newConnection",
  "downstreamData",
  "upstreamData",
  "downstreamClose",
  "upstreamClose",
  "done",
  "log",
] as const;

describeHosts("What a network filter does at the wrong time", NETWORK_SUITE, ({ it, host }) => {
  for (const [what, steps] of Object.entries(MISUSES)) {
    it(`harms nobody: ${what}`, async () => {
      for (const [n, hook] of HOOKS.entries()) {
        await play(host, { [hook]: steps });
        host.tcpUpstream.echo();
        const client = await host.connect();
        await client.send("x");
        await Promise.race([client.ended, client.read(1).catch(() => undefined)]);
        await client.finish();
        await client.ended;
        await trace(host, n + 1);
      }
      expect((await host.fetch("/")).status).toBe(200);
    });
  }
});

/** Waits until a hook has reported `line`. */
async function seen(host: TestHost, line: string): Promise<void> {
  const lines = (): string[] => host.logs.map(({ message }) => message);
  await expect.poll(lines, { timeout: 10_000 }).toContain(`report: ${line}`);
}

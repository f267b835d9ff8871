import { expect } from "vitest";
import { type TestHost, describeHosts } from "../../harness/src/testing/index.ts";

const HTTP = "test/sdk/assembly/stateless.ts";
const NETWORK = "test/sdk/assembly/network-script.ts";
const BOTH = "test/sdk/assembly/reuse.ts";
const NO_CONNECTION = "no network filter here: the connection is closed";
const NO_STREAM = "a network filter stands in a chain of HTTP filters: this request is refused";
const NOT_NEW = "createFilter did not make a new filter for this stream, which is refused";

const errors = (host: TestHost): string[] =>
  host.logs.filter(({ level }) => level === "error").map(({ message }) => message);

/** A connection is closed before anything of it reaches the upstream. */
async function expectClosed(host: TestHost): Promise<void> {
  const client = await host.connect();
  await client.ended;
  expect(host.tcpUpstream.connections).toBe(0);
}

/** A request is answered 500 before anything of it reaches the upstream. */
async function expectRefused(host: TestHost): Promise<void> {
  const { status, upstream } = await host.fetch("/", { method: "POST", body: "hello" });
  expect([status, upstream]).toEqual([500, null]);
}

describeHosts(
  "A module in the other kind of chain",
  {
    filters: [{ filter: NETWORK, name: "network" }],
    networkFilters: [{ filter: HTTP, name: "http" }],
  },
  ({ it, host }) => {
    it("refuses requests when it has network filters only", async () => {
      await expectRefused(host);
      await expect.poll(() => errors(host)).toEqual([NO_STREAM]);
    });

    it("closes connections when it has HTTP filters only", async () => {
      await expectClosed(host);
      await expect.poll(() => errors(host)).toEqual([NO_CONNECTION]);
    });
  },
);

describeHosts(
  "A plugin in the other kind of chain, in a module that serves both",
  {
    filters: [{ filter: BOTH, name: "network", rootId: "connections" }],
    networkFilters: [{ filter: BOTH, name: "http", rootId: "streams" }],
  },
  ({ it, host }) => {
    it("refuses requests", async () => {
      await expectRefused(host);
      await expect.poll(() => errors(host)).toEqual([NO_STREAM]);
    });

    it("closes connections", async () => {
      await expectClosed(host);
      await expect.poll(() => errors(host)).toEqual([NO_CONNECTION]);
    });
  },
);

describeHosts(
  "A filter that its plugin returns again",
  {
    filters: [{ filter: BOTH, name: "http", rootId: "streams" }],
    networkFilters: [{ filter: BOTH, name: "network", rootId: "connections" }],
    workers: 1,
  },
  ({ it, host }) => {
    it("serves the stream it was made for, and no other", async () => {
      const first = await host.fetch("/");
      expect([first.status, first.upstream?.name]).toEqual([200, "stable"]);
      expect(first.header("x-t-stream")).toMatch(/^\d+$/);
      await expectRefused(host);
      await expectRefused(host);
      await expect.poll(() => errors(host)).toEqual([NOT_NEW, NOT_NEW]);
    });

    it("serves the connection it was made for, and no other", async () => {
      const client = await host.connect();
      const upstream = await host.tcpUpstream.accept();
      const second = await host.connect();
      await second.ended;
      await client.send("hello");
      expect(await upstream.read(5)).toBe("hello");
      expect(host.tcpUpstream.connections).toBe(1);
      await client.finish();
      await expect.poll(() => errors(host)).toEqual([NOT_NEW, NO_CONNECTION]);
    });
  },
);

describeHosts(
  "A filter that its plugin made before any stream",
  { filters: [{ filter: BOTH, rootId: "streams", config: "early" }] },
  ({ it, host }) => {
    it("serves none", async () => {
      await expectRefused(host);
      await expect.poll(() => errors(host)).toEqual([NOT_NEW]);
    });
  },
);

import { expect } from "vitest";
import { describeHosts } from "../../../harness/src/testing/index.ts";
import { failure } from "../failure.ts";

const RULE = { set: { name: "x-added", value: "yes" } };
const OPTIONS = { filters: [{ filter: "header-rewrite", config: { request: [RULE], response: [RULE] } }] };

describeHosts("Matchers of messages", OPTIONS, ({ it, host }) => {
  it("toHaveStatus holds, or shows what came from where", async () => {
    host.upstream("stable").reply({ status: 404, headers: { "x-why": "gone" }, body: "no such order" });
    const response = await host.fetch("/");
    expect(response).toHaveStatus(404);
    expect(response).not.toHaveStatus(200);
    const message = await failure(() => expect(response).toHaveStatus(200));
    expect(message).toMatch(
      /^expected status 200\nreceived status 404, from upstream stable\nbody: "no such order"\nheaders:\n/,
    );
    expect(message).toContain('\n  x-why: "gone"');
    expect(await failure(() => expect(response).not.toHaveStatus(404))).toMatch(
      /^expected not: status 404\n/,
    );
  });

  it("toHaveHeader holds for presence, value and expression, of a response and of what reached upstream", async () => {
    const response = await host.fetch("/", {
      headers: [
        ["x-two", "a"],
        ["x-two", "b"],
      ],
    });
    expect(response).toHaveHeader("X-Added");
    expect(response).toHaveHeader("x-added", "yes");
    expect(response).toHaveHeader("x-added", /^y/);
    expect(response).not.toHaveHeader("x-added", "ye");
    expect(response).not.toHaveHeader("x-none");
    const [request] = host.upstream("stable").requests;
    expect(request).toHaveHeader("x-added", "yes");
    expect(request).toHaveHeader("x-two", "a, b");
    expect(request).not.toHaveHeader("x-two", "a");
  });

  it("toHaveHeader says what there is instead", async () => {
    const response = await host.fetch("/");
    expect(await failure(() => expect(response).toHaveHeader("x-added", "no"))).toBe(
      'expected header x-added: "no"\nreceived header x-added: "yes"',
    );
    expect(await failure(() => expect(response).toHaveHeader("X-Added", /^n/))).toBe(
      'expected header x-added to match /^n/\nreceived header x-added: "yes"',
    );
    const message = await failure(() => expect(response).toHaveHeader("x-none", "1"));
    expect(message).toMatch(/^expected header x-none: "1"\nthere is none; headers:\n {2}/);
    expect(message).toContain('\n  x-added: "yes"');
  });

  it("refuse what they cannot judge, with not too", async () => {
    const pending = host.fetch("/");
    expect(await failure(() => expect(pending).toHaveStatus(200))).toMatch(/toHaveStatus judges a response/);
    await pending;
    expect(await failure(() => expect(undefined).not.toHaveHeader("x"))).toMatch(/toHaveHeader judges/);
  });
});

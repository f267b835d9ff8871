import { expect, test } from "vitest";
import { HostCrashError, StreamResetError } from "../../harness/src/emulator/index.ts";
import { header, messages, ok, request, startProbes } from "./fixtures/probe.ts";

const post = request({ method: "POST", body: Buffer.from("hello") });

test("buffering shows the whole body at the end; replacing needs no content-length", async () => {
  let sent = "";
  await using emulator = await startProbes({
    filters: [
      [
        "trace",
        "request_headers remove 0 content-length",
        "request_body return 1",
        "request_body eos body 0",
        "request_body eos ?setbody 0 0 4294967295 HELLO",
        "request_body eos ?setbody 0 99 0 !",
        "request_body eos ?setbody 0 0 0 >",
        "request_body eos ?setbody 0 2 1 x",
        "request_body eos return 0",
      ].join("\n"),
    ],
    clusters: {
      up: (received) => {
        sent = Buffer.from(received.body).toString();
        return ok("hello");
      },
    },
  });
  await emulator.fetch(post);
  expect(sent).toBe(">HELLO!");
  expect(messages(emulator).filter((line) => line.includes("body"))).toEqual([
    "> request_body 5 0",
    "> request_body 5 1",
    "body=0:hello",
    "setbody=0",
    "setbody=0",
    "setbody=0",
    "setbody=2",
    "> response_body 5 0",
    "> response_body 0 1",
  ]);
});

test("a paused request gets its body in one piece after it goes on", async () => {
  await using emulator = await startProbes({
    filters: [
      "trace\nrequest_headers call up / 0\nrequest_headers return 1\ncall_response ?effective\ncall_response resume 0\nrequest_body body 0",
      "trace",
    ],
  });
  const response = await emulator.fetch(post);
  expect(response.status).toBe(200);
  expect(messages(emulator).filter((line) => line.includes("request"))).toEqual([
    "> request_headers 9 0",
    "> request_headers 9 0",
    "> request_body 5 1",
    "> request_body 5 1",
  ]);
});

test("a filter that drops data", async () => {
  let size = -1;
  await using emulator = await startProbes({
    filters: ["request_headers remove 0 content-length\nrequest_body return 3\nrequest_body eos return 0"],
    clusters: {
      up: (received) => {
        size = received.body.length;
        return ok("hello");
      },
    },
  });
  await emulator.fetch(post);
  expect(size).toBe(0);
});

test("reading a body that Envoy has freed is a crash", async () => {
  await using emulator = await startProbes({
    filters: ["request_body return 2\nlog body 0\nrequest_body eos reply 403 no"],
  });
  await expect(emulator.fetch(post)).rejects.toThrow(HostCrashError);
});

test("beyond the limit", async () => {
  const filters = ["request_body return 1\nrequest_body eos return 0"];
  await using emulator = await startProbes({ filters, bufferLimit: 4 });
  const response = await emulator.fetch(post);
  expect(response).toMatchObject({ status: 413, details: "request_payload_too_large" });
  expect(response.body.toString()).toBe("Payload Too Large");
  expect(emulator.traps).toEqual([]);

  await using other = await startProbes({ filters: ["response_body return 1"], bufferLimit: 4 });
  await expect(other.fetch(request())).rejects.toMatchObject({ details: "response_payload_too_large" });
});

test("trailers end the message, and can be added at its end", async () => {
  let trailers: unknown;
  await using emulator = await startProbes({
    filters: ["trace\nrequest_trailers get 1 x-t\nrequest_trailers replace 1 x-t 2", "trace"],
    clusters: {
      up: (received) => {
        trailers = received.trailers;
        return { ...ok("hello"), trailers: [["grpc-status", "0"]] };
      },
    },
  });
  const response = await emulator.fetch({ ...post, trailers: [["x-t", "1"]] });
  expect(trailers).toEqual([["x-t", "2"]]);
  expect(response.trailers).toEqual([["grpc-status", "0"]]);
  expect(messages(emulator).filter((line) => line.startsWith("> request_"))).toEqual([
    "> request_headers 8 0",
    "> request_headers 8 0",
    "> request_body 5 0",
    "> request_body 5 0",
    "> request_trailers 1 0",
    "> request_trailers 1 0",
  ]);

  await using adding = await startProbes({
    filters: ["trace\nrequest_body eos ?add 1 x-added yes", "trace"],
    clusters: {
      up: (received) => {
        trailers = received.trailers;
        return ok("hello");
      },
    },
  });
  await adding.fetch(post);
  expect(trailers).toEqual([["x-added", "yes"]]);
  expect(messages(adding)).toContain("add=0");
  expect(messages(adding).filter((line) => line.startsWith("> request_"))).toEqual([
    "> request_headers 9 0",
    "> request_headers 9 0",
    "> request_body 5 0",
    "> request_body 5 0",
    "> request_body 0 1",
    "> request_body 0 0",
    "> request_trailers 1 0",
  ]);
});

test("a replaced response body with its old content-length", async () => {
  const replace = (text: string) =>
    `response_body return 1\nresponse_body eos setbody 1 0 99 ${text}\nresponse_body eos return 0`;
  await using longer = await startProbes({ filters: [replace("hello world")] });
  expect((await longer.fetch(request())).body.toString()).toBe("hello");
  await using shorter = await startProbes({ filters: [replace("hi")] });
  await expect(shorter.fetch(request())).rejects.toThrow(StreamResetError);
  await using free = await startProbes({
    filters: [`response_headers remove 2 content-length\n${replace("hi")}`],
  });
  const response = await free.fetch(request());
  expect(response.body.toString()).toBe("hi");
  expect(header(response, "transfer-encoding")).toBe("chunked");
});

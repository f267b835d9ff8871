/** What the tests of this folder share. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { onTestFinished } from "vitest";
import { type EnvoyInstallation, EnvoyNotFoundError, resolveEnvoy } from "../../harness/src/envoy/index.ts";

/** A directory that is removed when the test has finished. */
export async function scratch(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "sidecraft-test-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Writes an executable shell script that answers as Envoy does; `validate` is what it does with `--mode`. */
export async function fakeEnvoy(path: string, version: string, validate = "exit 0"): Promise<string> {
  return script(
    path,
    `case "$1" in --version) echo; echo "envoy  version: 0abc/${version}/Clean/RELEASE/BoringSSL";; *) ${validate};; esac`,
  );
}

/** Writes an executable shell script. */
export async function script(path: string, body: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

/** An Envoy of one kind on this machine; without one, null and a line that says why, but an error in CI. */
export async function envoyOrSkip(kind: EnvoyInstallation["kind"]): Promise<EnvoyInstallation | null> {
  try {
    return await resolveEnvoy({ fetch: false, kind });
  } catch (error) {
    if (!(error instanceof EnvoyNotFoundError) || process.env["CI"]) throw error;
    console.warn(`skipping tests that need an Envoy ${kind}: ${error.message}`);
    return null;
  }
}

/** A zip archive with files of the given contents, compressed or stored. */
export function zip(files: Readonly<Record<string, string>>, method: 0 | 8 = 8): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const content = Buffer.from(text);
    const packed = method === 8 ? deflateRawSync(content) : content;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\0", "latin1"), common, tail, Buffer.from(name));
    parts.push(local);
    offset += local.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, entries, end]);
}

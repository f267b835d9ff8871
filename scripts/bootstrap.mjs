/**
 * From a fresh clone to a running command: `node scripts/bootstrap.mjs start --once` installs what is missing,
 * then hands over to sidecraft. It needs Node 20 and npm, nothing installed. All it says goes to standard error.
 */
const major = Number(process.versions.node.split(".")[0]);

if (major < 20) {
  console.error(
    `sidecraft: Node 20 or later is needed, this is ${process.version}.\n` +
      "  Install a current one from https://nodejs.org (or: nvm install --lts) and run the command again.",
  );
  process.exitCode = 1;
} else {
  const { installIfNeeded } = await import("./install.mjs");
  const installed = await installIfNeeded();
  if (!installed) {
    process.exitCode = 1;
  } else {
    const { launch } = await import("../harness/bin/launch.js");
    await launch(process.argv.slice(2));
  }
}

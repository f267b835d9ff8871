/** The demo's events in words, one line each. */
import type { DemoEvent, RequestReport } from "../../demo/index.ts";
import { buildEventText, envoyStepText, showDownload } from "./set-up.ts";
import { clearProgress, colors, durationText, print, progress } from "./terminal.ts";

/** Tells one event. */
export function tellDemo(event: DemoEvent): void {
  if (event.step === "download") return showDownload(event);
  if (event.step === "build" && event.state === "building") return progress(buildEventText(event));
  clearProgress();
  switch (event.step) {
    case "envoy":
      return print(colors.dim(envoyStepText(event)));
    case "build":
      return print(colors.dim(buildEventText(event)));
    case "upstreams": {
      const places = Object.entries(event.ports).map(([name, port]) => `${name} on port ${port}`);
      return print(colors.dim(`upstreams: ${places.join(", ")}`));
    }
    case "ready":
      print(
        colors.dim(`ready: ${event.url}, admin ${event.admin}, after ${durationText(event.milliseconds)}`),
      );
      return print(
        `\n${colors.bold("Tour")}: what is sent ${arrow()} what each filter did ${arrow()} what comes back`,
      );
    case "request":
      return tellRequest(event);
    case "tour":
      return print(tourText(event.passed, event.failed, event.milliseconds));
    case "up":
      return tellUp(event);
  }
}

function tellRequest(report: RequestReport): void {
  const fine = report.differences.length === 0;
  const mark = fine ? colors.green("ok") : colors.red("NO");
  const number = String(report.number).padStart(2);
  const times = report.times > 1 ? `${report.times} × ` : "";
  const filters = report.filters.map(({ filter, did }) => `${colors.cyan(filter)} ${did}`).join("; ");
  const back = `${report.status.join(" ")}${report.upstream === null ? "" : ` from ${report.upstream}`}`;
  const parts = [`${times}${report.sent}`, filters, colors.bold(back)].join(` ${arrow()} `);
  print(`${number} ${mark} ${colors.bold(report.title)}: ${parts}`);
  for (const difference of report.differences) print(`      ${colors.red("differs:")} ${difference}`);
}

function tourText(passed: number, failed: number, milliseconds: number): string {
  const time = `in ${durationText(milliseconds)}`;
  if (failed === 0) return `${colors.green("All")} ${passed} came back as they should, ${time}.`;
  return `${colors.red(`${failed} of ${passed + failed}`)} did not come back as they should, ${time}.`;
}

function tellUp({ url, admin, curl }: Extract<DemoEvent, { step: "up" }>): void {
  print(`\n${colors.bold("Up")} on ${url} (admin ${admin}) until Ctrl-C. To try:`);
  for (const { shows, command } of curl) print(`  ${colors.dim(`# ${shows}`)}\n  ${command}`);
}

function arrow(): string {
  return colors.dim("→");
}

import { Place } from "../../../filters/rate-limit/assembly/bucket";
import { Rate, decide } from "../../../filters/rate-limit/assembly/policy";
import { number, out, rest } from "./frame";

/** A rate, the time, a key, and a bucket as shared data holds it, which another module may have written. */
export function bucket(): void {
  const requests = number(0);
  const period = number(8);
  const burst = number(16);
  if (!Rate.fits(requests, period, burst)) {
    out.append("no rate");
    return;
  }
  const rate = new Rate(requests, period, burst);
  const now = number(24) & 0x3fffffffffffffff;
  const hash = <u64>number(32);
  const bytes = rest().slice(40).copy();
  const place = new Place(bytes, hash, now);
  const verdict = decide(rate, place.arrival, place.arrivalPart, now, 1);
  out
    .append(verdict.isAllowed ? "1 " : "0 ")
    .appendDecimal(verdict.remaining)
    .append(" ");
  out.appendDecimal(verdict.resetAfter).append(" ").appendDecimal(verdict.retryAfter).append(" ");
  const written = place.write(bytes, hash, verdict.arrival, verdict.arrivalPart, now + rate.window + 1);
  const again = new Place(written, hash, now);
  out.append(
    again.arrival == verdict.arrival && again.arrivalPart == verdict.arrivalPart ? "same " : "other ",
  );
  out.appendDecimal(written.length).append(" ").appendDecimal(burst).append(" ").appendDecimal(rate.window);
}

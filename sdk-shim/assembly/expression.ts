import { Status } from "./abi/types";
import { Bytes } from "./bytes";
import { callForeignFunction } from "./foreign";

/**
 * An expression in CEL (https://cel.dev) over the attributes of the host, which the host evaluates (Envoy's foreign
 * functions `expr_create`, `expr_evaluate`, `expr_delete`). It belongs to the plugin that made it: make it once,
 * in `configure`, from a text that you or the plugin's configuration wrote, never from what a client sent.
 *
 * @example
 * ```ts
 * class AdminOnly extends HttpFilter {
 *   constructor(private readonly rule: Expression | null) {
 *     super();
 *   }
 *
 *   onRequestHeaders(endOfStream: bool): Action {
 *     const rule = this.rule;
 *     return rule && rule.isTrueOr(false) ? Action.Continue : this.reply(403).send();
 *   }
 * }
 *
 * class AdminPlugin extends Plugin {
 *   private rule: Expression | null = null;
 *
 *   configure(config: Bytes): bool {
 *     this.rule = Expression.create('request.path.startsWith("/admin/") && connection.mtls');
 *     return this.rule !== null;
 *   }
 *
 *   createFilter(): HttpFilter {
 *     return new AdminOnly(this.rule);
 *   }
 * }
 * ```
 */
@final
export class Expression {
  private constructor(private readonly token: Bytes) {}

  /** The expression that `source`, a string or Bytes, says; null when it is none, or when the host knows no CEL. */
  static create<T>(source: T): Expression | null {
    const answer = callForeignFunction("expr_create", source);
    const isToken = answer.status == Status.Ok && answer.value.length == 4;
    return isToken ? new Expression(answer.value) : null;
  }

  /**
   * Its value now, encoded like a property (see `getProperty`); null when it has none: an attribute that it needs is
   * absent, or types do not fit. In the handling of an answer attributes of the stream are absent.
   *
   * @example
   * ```ts
   * export function pathLength(size: Expression): i64 {
   *   const value = size.evaluate();
   *   return value && value.length == 8 ? load<i64>(value.ptr) : -1;
   * }
   * ```
   */
  evaluate(): Bytes | null {
    const answer = callForeignFunction("expr_evaluate", this.token);
    return answer.status == Status.Ok ? answer.value : null;
  }

  /**
   * Its value, if that is a bool; `otherwise` when it has none or another: an attribute that it needs is absent, or it was
   * deleted. So `otherwise` says what an error means: false where true allows, true where true denies. Only the bytes `b"\000"`
   * and `b"\001"` look like a bool, as the host encodes them.
   *
   * @example
   * ```ts
   * export function mayPass(allow: Expression, deny: Expression): bool {
   *   return allow.isTrueOr(false) && !deny.isTrueOr(true);
   * }
   * ```
   */
  isTrueOr(otherwise: bool): bool {
    const value = this.evaluate();
    if (!value || value.length != 1 || value.at(0) > 1) return otherwise;
    return value.at(0) == 1;
  }

  /** Has the host forget it; it has no value from then on. The host keeps it as long as the plugin otherwise. */
  delete(): void {
    callForeignFunction("expr_delete", this.token);
  }
}

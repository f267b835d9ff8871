import { Status } from "../../abi/index.ts";
import type { Vm } from "../vm/vm.ts";
import { giveBytes } from "./give.ts";
import type { HostFunctions } from "./imports.ts";

/** Shared data and queues (proxy-wasm spec 0.2.1), as in Envoy 1.40. */
export function sharedFunctions(vm: Vm): HostFunctions {
  const { memory, host } = vm;
  return {
    proxy_get_shared_data(
      keyAt: number,
      keySize: number,
      pointerOut: number,
      sizeOut: number,
      casOut: number,
    ) {
      const key = memory.text(keyAt, keySize);
      if (key === undefined) return Status.InvalidMemoryAccess;
      const entry = host.sharedData.get(vm.vmId, key);
      if (!entry) return Status.NotFound;
      const status = giveBytes(vm, entry.value, pointerOut, sizeOut);
      if (status !== Status.Ok) return status;
      return memory.setU32(casOut, entry.cas) ? Status.Ok : Status.InvalidMemoryAccess;
    },

    proxy_set_shared_data(keyAt: number, keySize: number, valueAt: number, valueSize: number, cas: number) {
      const key = memory.text(keyAt, keySize);
      const value = memory.copy(valueAt, valueSize);
      if (key === undefined || !value) return Status.InvalidMemoryAccess;
      return host.sharedData.set(vm.vmId, key, value, cas >>> 0);
    },

    proxy_register_shared_queue(nameAt: number, nameSize: number, tokenOut: number) {
      const name = memory.text(nameAt, nameSize);
      if (name === undefined) return Status.InvalidMemoryAccess;
      const { root } = vm.active;
      const token = host.queues.register(vm.vmId, name, () => {
        host.post(() => {
          if (vm.isFailed || vm.isKilled || vm.contexts.get(root.id) !== root) return;
          vm.callback(root, "proxy_on_queue_ready", root.id, token);
        });
      });
      return memory.setU32(tokenOut, token) ? Status.Ok : Status.InvalidMemoryAccess;
    },

    proxy_resolve_shared_queue(
      vmIdAt: number,
      vmIdSize: number,
      nameAt: number,
      nameSize: number,
      tokenOut: number,
    ) {
      const vmId = memory.text(vmIdAt, vmIdSize);
      const name = memory.text(nameAt, nameSize);
      if (vmId === undefined || name === undefined) return Status.InvalidMemoryAccess;
      const token = host.queues.resolve(vmId === "" ? vm.vmId : vmId, name);
      if (token === undefined) return Status.NotFound;
      return memory.setU32(tokenOut, token) ? Status.Ok : Status.InvalidMemoryAccess;
    },

    proxy_enqueue_shared_queue(token: number, dataAt: number, dataSize: number) {
      const data = memory.copy(dataAt, dataSize);
      if (!data) return Status.InvalidMemoryAccess;
      return host.queues.enqueue(token, data) ? Status.Ok : Status.NotFound;
    },

    proxy_dequeue_shared_queue(token: number, pointerOut: number, sizeOut: number) {
      const message = host.queues.dequeue(token);
      if (message === undefined) return Status.NotFound;
      return message === "empty" ? Status.Empty : giveBytes(vm, message, pointerOut, sizeOut);
    },
  };
}

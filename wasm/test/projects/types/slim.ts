// A right use of the entry that has no module of its own.
import { Policy, init, initSync } from "dokimos/slim";
import type { ModuleSource, Request } from "dokimos/slim";

export async function use(bytes: Uint8Array<ArrayBuffer>, module: WebAssembly.Module, text: string): Promise<string> {
  const sources: ModuleSource[] = [bytes, bytes.buffer, module, new URL("https://example.com/dokimos.wasm"), "dokimos.wasm"];
  for (const source of sources) await init(source);
  await init(fetch("dokimos.wasm"));
  await init(WebAssembly.compile(bytes));
  initSync(module);
  initSync(bytes);
  const request: Request = { image: "alpine", at: 0 };
  return Policy.fromJson(text).evaluate(request).message;
}

import * as dokimos from "./node_modules/dokimos/browser.js";
import { exercise } from "./exercise.mjs";

const before = (() => {
  try {
    return dokimos.version();
  } catch (error) {
    return error.code;
  }
})();
try {
  const given = await (await fetch("given.json")).json();
  // Two callers at once load one module.
  await Promise.all([dokimos.init(), dokimos.init()]);
  globalThis.result = { ...exercise(dokimos, given), before };
} catch (error) {
  globalThis.result = { failed: String(error) };
}

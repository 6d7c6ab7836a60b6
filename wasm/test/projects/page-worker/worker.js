import * as dokimos from "./node_modules/dokimos/browser.js";
import { exercise } from "./exercise.mjs";

onmessage = async ({ data }) => {
  try {
    await dokimos.init();
    postMessage(exercise(dokimos, data));
  } catch (error) {
    postMessage({ failed: String(error) });
  }
};

import * as dokimos from "dokimos";
import { exercise } from "../exercise.mjs";

onmessage = async ({ data }) => {
  await dokimos.init();
  postMessage(JSON.stringify(exercise(dokimos, data)));
};

import * as dokimos from "dokimos";
import { exercise } from "./exercise.mjs";

export default {
  async fetch(request) {
    return Response.json(exercise(dokimos, await request.json()));
  },
};

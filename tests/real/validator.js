// A server whose every rule is express-openapi-validator's: node validator.js FOLDER DOCUMENT PORT
"use strict";
const { createRequire } = require("node:module");
const [folder, document, port] = process.argv.slice(2);
const installed = createRequire(folder + "/");
const express = installed("express");
const { middleware } = installed("express-openapi-validator");
const qs = installed("qs");

const read = (text) => qs.parse(text, { depth: 20, parameterLimit: 100000, arrayLimit: 100000 });
const app = express();
app.set("query parser", read);
app.use(express.text({ type: "application/x-www-form-urlencoded", limit: "100mb" }));
app.use((request, _, next) => {
  if (typeof request.body === "string") request.body = read(request.body);
  next();
});
app.use(middleware({ apiSpec: document }));

let made = 0;
app.all("/v1/account_links", (_, response) => {
  const created = Math.floor(Date.now() / 1000);
  const url = `https://connect.example/setup/e/${++made}`;
  response.json({ object: "account_link", created, expires_at: created + 300, url });
});
app.use((problem, _, response, next) => {
  const [first] = problem.errors ?? [];
  const param = first?.path?.replace(/^\/body\/?/, "").split("/")[0];
  const error = { type: "invalid_request_error", message: String(problem.message), param };
  response.status(problem.status ?? 500).json({ error });
});
app.listen(Number(port), "127.0.0.1");

// The start of the live page.

import { Page } from "./page.js";

const root = document.getElementById("page");
const { userId, username, isStaff } = root.dataset;
root.replaceChildren();

const page = new Page(root, { id: userId, username, isStaff: Boolean(isStaff) });
page.start();

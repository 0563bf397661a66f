/**
 * The one script of the pages, at `/pages/passkeys.js`. It shows what is hidden for browsers without passkeys, and sends each form
 * with `data-passkey` together with what the authenticator returned. `form.ts` has the attributes that it reads.
 */
export const passkeysScript = `
const canUsePasskeys =
  window.PublicKeyCredential !== undefined &&
  "parseRequestOptionsFromJSON" in PublicKeyCredential &&
  "parseCreationOptionsFromJSON" in PublicKeyCredential;
// A challenge is valid for five minutes.
const autofillMilliseconds = 240_000;
let autofill = null;

async function fetchOptions(form) {
  const headers = { accept: "application/json" };
  const response = await fetch(form.dataset.passkeyOptions, { method: "POST", headers });
  // Redirected to the sign-in page: the session has ended.
  return response.ok && !response.redirected ? (await response.json()).data : null;
}

async function askAuthenticator(form, options, request) {
  if (form.dataset.passkey === "create") {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return navigator.credentials.create({ ...request, publicKey });
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return navigator.credentials.get({ ...request, publicKey });
}

async function send(form, request) {
  const options = await fetchOptions(form);
  // The server says on its page why it refused the options.
  if (options === null && request.mediation === "conditional") return;
  if (options !== null) {
    const credential = await askAuthenticator(form, options, request);
    const { challenge_id } = options;
    form.elements.credential.value = JSON.stringify({ ...credential.toJSON(), challenge_id });
  }
  form.submit();
}

async function pressed(form) {
  const button = form.querySelector("button");
  const fault = form.querySelector("[data-passkey-fault]");
  autofill?.abort();
  button.disabled = true;
  fault.hidden = true;
  try {
    await send(form, {});
  } catch {
    fault.hidden = false;
    button.disabled = false;
    button.focus();
    offerInAutofill();
  }
}

async function offerInAutofill() {
  const form = document.querySelector("form[data-passkey-autofill]");
  if (form === null || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  const request = new AbortController();
  autofill = request;
  const renewal = setTimeout(() => {
    request.abort();
    offerInAutofill();
  }, autofillMilliseconds);
  request.signal.addEventListener("abort", () => clearTimeout(renewal));
  try {
    await send(form, { mediation: "conditional", signal: request.signal });
  } catch {
    // Aborted, or the user chose another way to sign in.
  }
}

if (canUsePasskeys) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      pressed(form);
    });
  }
  for (const element of document.querySelectorAll("[data-needs-passkeys]")) element.hidden = false;
  offerInAutofill();
}
`;

/* Passkeys: the browser makes or reads one, the form carries it to the server. Nothing leaves otherwise. */

const bytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (mark) => mark.charCodeAt(0)).buffer;
};

const text = (buffer) => {
  let plain = "";
  for (const byte of new Uint8Array(buffer)) plain += String.fromCharCode(byte);
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
};

const opened = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

function asked({ publicKey }) {
  const wanted = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (wanted.user) wanted.user = { ...wanted.user, id: bytes(wanted.user.id) };
  if (wanted.excludeCredentials) wanted.excludeCredentials = opened(wanted.excludeCredentials);
  if (wanted.allowCredentials) wanted.allowCredentials = opened(wanted.allowCredentials);
  return { publicKey: wanted };
}

function told(credential) {
  const from = credential.response;
  const response = { clientDataJSON: text(from.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (from[name]) response[name] = text(from[name]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
  };
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  const said = form.querySelector("[data-passkey-said]");
  form.querySelector("[data-passkey-start]").addEventListener("click", async () => {
    said.textContent = "";
    if (!navigator.credentials || !window.PublicKeyCredential) {
      said.textContent = said.dataset.unable;
      return;
    }
    try {
      const options = asked(JSON.parse(document.getElementById("passkey-options").textContent));
      form.elements.credential.value = JSON.stringify(told(await navigator.credentials[form.dataset.passkey](options)));
    } catch (error) {
      said.textContent = said.dataset.failed;
      console.warn(error.name);
      return;
    }
    form.submit();
  });
}

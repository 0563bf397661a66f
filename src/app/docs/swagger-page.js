"use strict";

// Swagger UI uses its dark colours with a class, not with the browser's preference.
const darkScheme = matchMedia("(prefers-color-scheme: dark)");
function followColourScheme() {
  document.documentElement.classList.toggle("dark-mode", darkScheme.matches);
}
darkScheme.addEventListener("change", followColourScheme);
followColourScheme();

/** "Authorize" sends an empty client id and secret. A public client must send none (RFC 6749 section 2.3.1). */
function dropEmptyClientCredentials(request) {
  if (request.headers && request.headers.Authorization === `Basic ${btoa(":")}`)
    delete request.headers.Authorization;
  return request;
}

/** Swagger UI fills each field of a form that has no example with "string". Only those of the operation's example are sent. */
function leaveFieldsEmpty({ paths }) {
  for (const operation of Object.values(paths).flatMap(Object.values)) {
    const form = operation.requestBody?.content["application/x-www-form-urlencoded"];
    for (const [name, field] of Object.entries(form?.schema.properties ?? {}))
      form.schema.properties[name] = { ...field, example: form.example?.[name] ?? "" };
  }
}

/** The policy of this page forbids requests to other origins, so requests go to the origin of the page. */
function callThisOrigin(response) {
  if (new URL(response.url).pathname !== "/openapi.json" || !response.ok) return response;
  const described = JSON.parse(response.text);
  described.servers = [{ url: location.origin }];
  leaveFieldsEmpty(described);
  response.text = JSON.stringify(described);
  response.data = response.text;
  return response;
}

/** The dialog of "Authorize" begins at the e-mail address. Every scheme in it takes the focus, and the last one would keep it. */
const focusOnSignIn = () => ({
  wrapComponents: {
    authorizationPopup: (Original, { React }) =>
      class extends React.Component {
        componentDidMount() {
          setTimeout(() => document.querySelector("#oauth_username")?.focus());
        }
        componentWillUnmount() {
          setTimeout(() => document.querySelector(".auth-wrapper .btn.authorize")?.focus());
        }
        render() {
          return React.createElement(Original, this.props);
        }
      },
  },
});

// The inputs of the password flow are in no form, so that Enter would do nothing.
document.addEventListener("keydown", ({ key, target }) => {
  if (key !== "Enter" || !target.matches?.("#oauth_username, #oauth_password")) return;
  target.closest(".auth-container")?.querySelector(".btn.authorize")?.click();
});

window.addEventListener("DOMContentLoaded", () => {
  window.ui = SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#swagger-ui",
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [focusOnSignIn],
    layout: "BaseLayout",
    deepLinking: true,
    tryItOutEnabled: true,
    persistAuthorization: false,
    validatorUrl: null,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
    requestInterceptor: dropEmptyClientCredentials,
    responseInterceptor: callThisOrigin,
  });
});

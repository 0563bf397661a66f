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

/** The policy of this page forbids requests to other origins, so requests go to the origin of the page. */
function callThisOrigin(response) {
  if (new URL(response.url).pathname !== "/openapi.json" || !response.ok) return response;
  const described = JSON.parse(response.text);
  described.servers = [{ url: location.origin }];
  response.text = JSON.stringify(described);
  response.data = response.text;
  return response;
}

window.addEventListener("DOMContentLoaded", () => {
  window.ui = SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#swagger-ui",
    presets: [SwaggerUIBundle.presets.apis],
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

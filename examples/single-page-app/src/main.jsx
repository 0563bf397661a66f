import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

import {
  createGatehouseClient,
  GatehouseError,
  unwrap,
} from "../../client-typescript/src/index.ts";

// The address of Gatehouse, on the same site as this page: the cookie is not sent from another one.
const baseUrl = "http://localhost:8000";

// The refresh token is in a cookie that no script can read; the access token is in memory only.
const gatehouse = createGatehouseClient({ baseUrl, cookie: true });

const loadUser = () => unwrap(gatehouse.api.GET("/api/v1/users/me"));

function SignIn({ onSignedIn }) {
  const [fault, setFault] = useState(null);
  async function submit(event) {
    event.preventDefault();
    const { email, password } = Object.fromEntries(new FormData(event.currentTarget));
    try {
      await gatehouse.signIn({ email, password });
      onSignedIn(await loadUser());
    } catch (error) {
      setFault(error instanceof GatehouseError ? error.message : "Please try again later.");
    }
  }
  return (
    <form onSubmit={submit}>
      <h1>Sign in</h1>
      {fault !== null && <p role="alert">{fault}</p>}
      <label>
        E-mail address <input name="email" type="email" autoComplete="username" required />
      </label>
      <label>
        Password <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <button>Sign in</button>
      <a href={`${baseUrl}/sign-up`}>Create an account</a>
    </form>
  );
}

function App() {
  // undefined until it is known whether a session continues; null without one.
  const [user, setUser] = useState(undefined);
  useEffect(() => {
    loadUser().then(setUser, () => setUser(null));
  }, []);
  if (user === undefined) return <p>Loading …</p>;
  if (user === null) return <SignIn onSignedIn={setUser} />;
  return (
    <main>
      <h1>Hello {user.name ?? user.email}</h1>
      <button onClick={() => gatehouse.signOut().finally(() => setUser(null))}>Sign out</button>
    </main>
  );
}

createRoot(document.getElementById("root")).render(<App />);

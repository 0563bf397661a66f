import { startTestApp } from "../tests/support/test-app.ts";
import { signUp } from "../tests/support/journey.ts";
import { createApp } from "../src/app/create-app.ts";
process.env.NODE_ENV="production";
const t=await startTestApp(); const u=await signUp(t);
const app=createApp(t.platform,{phase:"serving",database:t.platform.database});
const book={requestIP:()=>({address:"127.0.0.1"})};
const mk=()=>new Request("http://127.0.0.1:8000/api/v1/users/me",{headers:{host:"127.0.0.1:8000",authorization:`Bearer ${u.accessToken}`}});
for(let j=0;j<400;j++){ for(let i=0;i<2000;i++){ const r=app(mk(),book); if(r instanceof Promise) await r;} await Bun.sleep(1);}
await t[Symbol.asyncDispose](); process.exit(0);

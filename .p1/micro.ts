import { startTestApp } from "../tests/support/test-app.ts";
import { signUp } from "../tests/support/journey.ts";
import { createApp } from "../src/app/create-app.ts";
import { Elysia } from "elysia"; import * as k from "./common.ts";
process.env.NODE_ENV="production";
const t=await startTestApp();
const u=await signUp(t);
const app=createApp(t.platform,{phase:"serving",database:t.platform.database});
const bare=new Elysia({normalize:false}).get("/api/v1/users/me",()=>k.success(k.user,new Date()),{response:{200:k.successSchema(k.ownUserSchema)}}).compile();
const min:any={};
const book={requestIP:()=>({address:"127.0.0.1"})};
const mk=()=>new Request("http://127.0.0.1:8000/api/v1/users/me",{headers:{host:"127.0.0.1:8000",authorization:`Bearer ${u.accessToken}`}});
const fns:any={ request:()=>mk(), bare:()=>bare.fetch(mk()), ours:()=>app(mk(),book)};
const N=1500;
for(let round=0;round<400;round++) for(const n of Object.keys(fns)){
  const f=fns[n]; const s=process.cpuUsage(); for(let i=0;i<N;i++){ const r=f(); if(r instanceof Promise) await r; } const e=process.cpuUsage(s);
  const us=(e.user+e.system)/N; if(round>40) (min[n]??=[]).push(us);
}
for(const n in min){min[n].sort((a:number,b:number)=>a-b); console.log(n,"p5",min[n][Math.floor(min[n].length*0.05)].toFixed(2),"med",min[n][min[n].length>>1].toFixed(2));}
await t[Symbol.asyncDispose](); process.exit(0);

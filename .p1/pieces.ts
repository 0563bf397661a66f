import { startTestApp } from "../tests/support/test-app.ts";
import { signUp } from "../tests/support/journey.ts";
import { createApp } from "../src/app/create-app.ts";
import { createAuthenticator } from "../src/features/sessions/index.ts";
import { createRequestContexts } from "../src/platform/request-contexts.ts";
import { createHostCheck } from "../src/app/host-check.ts";
import { createAnswerWriter } from "../src/app/answer-writer.ts";
import { createRequestIds } from "../src/platform/http/request-id.ts";
import { securityHeaders } from "../src/app/security-headers.ts";
import { readBearerToken } from "../src/platform/http/bearer.ts";
import { Elysia } from "elysia"; import * as k from "./common.ts";
process.env.NODE_ENV="production";
const t=await startTestApp();
const u=await signUp(t);
const P=t.platform;
const authenticate=createAuthenticator(P); const contexts=createRequestContexts(P);
const ids=createRequestIds(P.random);
const write=createAnswerWriter({common:securityHeaders("http://x"),requestIds:ids,annotate(){}});
const host=createHostCheck();
const origin={requestId:"a",ipAddress:null,userAgent:null};
await authenticate(contexts.open(()=>origin) as any,u.accessToken);
const mk=()=>new Request("http://127.0.0.1:8000/api/v1/users/me",{headers:{host:"127.0.0.1:8000",authorization:`Bearer ${u.accessToken}`}});
const wm=new WeakMap();
const val=k.success(k.user,new Date());
const fixed=mk();
const bareOf=(opts:any,h:any)=>new Elysia({normalize:false}).get("/api/v1/users/me",h,{response:{200:k.successSchema(k.ownUserSchema)},...opts}).compile();
const b0=bareOf({},()=>k.success(k.user,new Date()));
const b1=bareOf({transform:async()=>{}},()=>k.success(k.user,new Date()));
const b2=bareOf({transform:async()=>{},resolve:({request}:any)=>({ctx:1})},({ctx}:any)=>k.success(k.user,new Date()));
const b3=new Elysia({normalize:false}).mapResponse(write as any).get("/api/v1/users/me",()=>k.success(k.user,new Date()),{response:{200:k.successSchema(k.ownUserSchema)}}).compile();
const min:any={};
const fns:any={ request:()=>mk(),
 mkhost:()=>host(mk()), mkurl:()=>mk().url.startsWith("/"), mkauth:()=>mk().headers.get("authorization"), mk3:()=>{const h=mk().headers; h.get("authorization");h.get("host");h.get("x-request-id")},
 bearer:()=>readBearerToken(`Bearer ${u.accessToken}`), ctx:()=>contexts.open(()=>origin), ctxauth:()=>authenticate(contexts.open(()=>origin) as any,u.accessToken),
 acting:()=>{const c=contexts.open(()=>origin); contexts.actingAs(c as any,{} as any)},
 weakmap:()=>{const r=mk(); wm.set(r,r); wm.get(r)},
 write:()=>write({request:fixed,responseValue:val,set:{status:200,headers:{}}}),
 plainresp:()=>new Response(JSON.stringify(val),{headers:{"content-type":"application/json"}}),
 plainresp1:()=>Response.json(val),
 b0:()=>b0.fetch(mk()), b1:()=>b1.fetch(mk()), b2:()=>b2.fetch(mk()), b3:()=>b3.fetch(mk()) };
const N=3000;
for(let round=0;round<150;round++) for(const n of Object.keys(fns)){
  const f=fns[n]; const s=process.cpuUsage(); for(let i=0;i<N;i++){ const r=f(); if(r instanceof Promise) await r; } const e=process.cpuUsage(s);
  const us=(e.user+e.system)/N; if(round>30) (min[n]??=[]).push(us);
}
for(const n in min){min[n].sort((a:number,b:number)=>a-b); console.log(n.padEnd(12),"p5",min[n][Math.floor(min[n].length*0.05)].toFixed(2),"med",min[n][min[n].length>>1].toFixed(2));}
await t[Symbol.asyncDispose](); process.exit(0);

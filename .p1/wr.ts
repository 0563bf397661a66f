import { createAnswerWriter } from "../src/app/answer-writer.ts";
import { createRequestIds } from "../src/platform/http/request-id.ts";
import { securityHeaders } from "../src/app/security-headers.ts";
import { systemRandom } from "../src/kernel/random.ts";
import { Elysia } from "elysia"; import * as k from "./common.ts";
process.env.NODE_ENV="production";
const ids=createRequestIds(systemRandom);
const write=createAnswerWriter({common:securityHeaders("http://x"),requestIds:ids,annotate(){}});
const mk=()=>new Request("http://127.0.0.1:8000/api/v1/users/me",{headers:{host:"127.0.0.1:8000",authorization:`Bearer abcdef`}});
const app=(mr:any,opts:any={})=>{const e=new Elysia({normalize:false,handler:{standardHostname:false}}); if(mr) e.mapResponse(mr); const x= e.get("/api/v1/users/me",()=>k.success(k.user,new Date()),{response:{200:k.successSchema(k.ownUserSchema)},...opts}).compile(); return (r:any)=>x.fetch(r)};
const H=k.H;
const init={headers:H};
const list:any={
 bare:app(null), barenoval:app(null,{response:undefined}),
 w1:app(()=>new Response("x")),
 w2:app(({responseValue}:any)=>new Response(JSON.stringify(responseValue))),
 w3:app(({responseValue}:any)=>new Response(JSON.stringify(responseValue),{headers:H})),
 w3b:app(({responseValue}:any)=>new Response(JSON.stringify(responseValue),init)),
 w4:app(({responseValue}:any)=>{H.set("x-request-id",k.nextId()); return new Response(JSON.stringify(responseValue),init)}),
 w4s:app(({responseValue,set}:any)=>{H.set("x-request-id",k.nextId()); return new Response(JSON.stringify(responseValue),{status:set.status,headers:H})}),
 w5:app(({responseValue,set,request}:any)=>{H.set("x-request-id",request.headers.get("x-request-id")??k.nextId()); return new Response(JSON.stringify(responseValue),{status:set.status,headers:H})}),
 w6:app(write),
};
const fns:any={request:()=>mk()}; for(const n in list) fns[n]=()=>list[n](mk());
const min:any={}; const N=2500;
for(let round=0;round<160;round++) for(const n of Object.keys(fns)){ const f=fns[n]; const s=process.cpuUsage(); for(let i=0;i<N;i++){const r=f(); if(r instanceof Promise) await r;} const e=process.cpuUsage(s); if(round>30)(min[n]??=[]).push((e.user+e.system)/N);}
for(const n in min){min[n].sort((a:number,b:number)=>a-b); console.log(n.padEnd(12),"p5",min[n][Math.floor(min[n].length*0.05)].toFixed(2),"p25",min[n][min[n].length>>2].toFixed(2),"med",min[n][min[n].length>>1].toFixed(2));}

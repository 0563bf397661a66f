import { Elysia } from "elysia"; import * as k from "./common.ts";
const e=new Elysia({normalize:false,handler:{standardHostname:false}}).mapResponse(()=>new Response("x")).get("/api/v1/users/me",()=>k.success(k.user,new Date()),{response:{200:k.successSchema(k.ownUserSchema)}}).compile();
const mk=()=>new Request("http://127.0.0.1:8000/api/v1/users/me");
console.log(await (await e.fetch(mk())).text()); const f=e.fetch; console.log(await (await f(mk())).text());

import { Elysia } from "elysia"; import * as k from "./common.ts";
const app=new Elysia({normalize:false}).get("/api/v1/users/me",({request})=>{k.auth(request);return k.respond(request)},{response:{200:k.successSchema(k.ownUserSchema)}});
const s=Bun.serve({hostname:"127.0.0.1",port:0,fetch(r){return app.fetch(r)}}); console.log(s.port);

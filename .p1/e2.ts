import { Elysia } from "elysia"; import * as k from "./common.ts";
const app=new Elysia({normalize:false}).get("/api/v1/users/me",({request})=>{return k.respond(request)},{transform:async({request})=>{k.auth(request)},response:{200:k.successSchema(k.ownUserSchema)}});
app.listen({hostname:"127.0.0.1",port:0}); console.log(app.server!.port);

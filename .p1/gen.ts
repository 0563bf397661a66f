import {readFileSync,writeFileSync} from "node:fs";
const b=readFileSync("raw1.ts","utf8");
const lit=/\{headers:\{"content-type"[\s\S]*?\}\}\)/;
writeFileSync("raw3.ts", b.replace("let n=0;",'const H=new Headers({"content-type":"application/json","x-request-id":"a","cache-control": "no-store","content-security-policy": "default-src \'none\'; frame-ancestors \'none\'","referrer-policy": "no-referrer","x-content-type-options": "nosniff"}); let n=0;').replace(lit,'(H.set("x-request-id",id),{headers:H}))'));
writeFileSync("raw4.ts", b.replace(/const rid=.*\n/,"\n"));
writeFileSync("raw5.ts", b.replace("fetch(request){",'routes:{"/api/v1/users/me":{GET(request){').replace(/\}\}\);\s*console/,'}}},fetch(){return new Response("x",{status:404})}});\nconsole'));
writeFileSync("raw6.ts", b.replace(lit,'{headers:{"content-type":"application/json"}})'));
writeFileSync("raw7.ts", b.replace(lit,'{headers:{"content-type":"application/json"}})').replace(/const h=[\s\S]*?"host"\);/,"const u=user;"));

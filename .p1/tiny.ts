const tok="a".repeat(300)+Math.random().toString(36).repeat(20);
const m=new Map([[tok,{x:1}]]); let sink:any;
const h=new Headers({authorization:"Bearer "+tok});
const H=new Headers({"content-type":"application/json;charset=utf-8","x-request-id":"a","cache-control": "no-store","content-security-policy": "default-src 'none'; frame-ancestors 'none'","referrer-policy": "no-referrer","x-content-type-options": "nosniff"});
const val={success:true,data:{id: "01a1f855-df5b-75c6-9399-8b7e505ffd5e",email: "user-01a1f855-df5b-75c6-9399-8b7e505ffd5e@example.com",username: null,name: null,email_verified: false,roles: ["user"],phone: null,avatar_url: null,locale: null,metadata: {}},timestamp:"x"};
let n=0; const nx=()=>{n=(n+12345)>>>0; return "abcdefghi"+n.toString(36).padStart(7,"0")};
const str=JSON.stringify(val);
const lit={"content-type":"application/json;charset=utf-8","x-request-id":"a","cache-control": "no-store","content-security-policy": "default-src 'none'; frame-ancestors 'none'","referrer-policy": "no-referrer","x-content-type-options": "nosniff"};
const fns:any={perfnow:()=>sink=performance.now(), date:()=>sink=new Date(), datenow:()=>sink=Date.now(), iso:()=>sink=new Date().toISOString(), getauth:()=>sink=h.get("authorization"), getslice:()=>sink=m.get(h.get("authorization")!.slice(7)), getslicetrim:()=>sink=m.get(h.get("authorization")!.slice(7).trim()),
 json:()=>sink=JSON.stringify(val), id:()=>sink=nx(), setid:()=>H.set("x-request-id",nx()), resp0:()=>sink=new Response(str), respH:()=>sink=new Response(str,{headers:H}), respHs:()=>sink=new Response(str,{headers:H,status:200}), respLit:()=>sink=new Response(str,{headers:lit}), resp1:()=>sink=new Response(str,{headers:{"content-type":"application/json"}}), rjson:()=>sink=Response.json(val),
 copyset:()=>{const c=new Headers(H); c.set("x-auth-user-id","a");c.set("x-auth-email","a");c.set("x-auth-username","a");c.set("x-auth-roles","a"); sink=new Response(null,{headers:c})},
 lit11:()=>{sink=new Response(null,{headers:{...lit,"x-auth-user-id":"a","x-auth-email":"a","x-auth-username":"","x-auth-roles":"user"}})},
 lit4:()=>{sink=new Response(null,{headers:{"x-auth-user-id":"a","x-auth-email":"a","x-auth-username":"","x-auth-roles":"user"}})},
 entries:()=>{for(const [a,b] of Object.entries({a:1,b:2,c:3,d:4})) sink=a}, nullobj:()=>{const o=Object.create(null); o.a=1;o.b=2;o.c=3; sink=o}, asyncf:async()=>{sink=1}};
const min:any={}; const N=5000;
for(let round=0;round<120;round++) for(const k of Object.keys(fns)){ const f=fns[k]; const s=process.cpuUsage(); if(k==="asyncf"){for(let i=0;i<N;i++) await f()} else for(let i=0;i<N;i++) f(); const e=process.cpuUsage(s); if(round>20)(min[k]??=[]).push((e.user+e.system)/N);}
for(const k in min){min[k].sort((a:number,b:number)=>a-b); console.log(k.padEnd(12),"p5",min[k][Math.floor(min[k].length*0.05)].toFixed(3),"med",min[k][min[k].length>>1].toFixed(3));}

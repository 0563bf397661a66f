import { $ } from "bun";
import {readFileSync} from "node:fs";
import { wrk } from "../bench/wrk.ts";
import { startBenchServer, register, signIn } from "../bench/server.ts";
await using running = await startBenchServer("postgres");
const { server } = running;
const bearer = (await signIn(server, await register(server))).access;
await $`bun build --compile --bytecode --format=esm ../bench/bare-routes.ts --outfile /tmp/p1/bare`.cwd(import.meta.dir).quiet();
const c=Bun.spawn([`/tmp/p1/bare`],{stdout:"pipe",env:{NODE_ENV:"production"}});
const r=c.stdout.getReader(); const {value}=await r.read(); const barePort=new TextDecoder().decode(value).trim();
const cpu=(pid:number)=>{const f=readFileSync(`/proc/${pid}/stat`,"utf8").split(") ")[1]!.split(" ");return (Number(f[11])+Number(f[12]))*10};
const port=Number(new URL(server.url).port);
const pidOf=(await $`ss -ltnp sport = :${port}`.text()).match(/pid=(\d+)/)![1];
const targets=[["bare",`http://127.0.0.1:${barePort}`,c.pid],["ours",server.url,Number(pidOf)]] as const;
const med=(a:number[])=>a.toSorted((x,y)=>x-y)[a.length>>1]!;
const which=process.argv[2];
for(const [path,body] of [["/users/me",undefined],["/auth/validate-token",JSON.stringify({token:bearer})],["/auth/forward",undefined]] as const){
 if(which && !path.includes(which)) continue;
 const out:any={bare:[],ours:[]};
 for(let i=0;i<7;i++) for(const [n,url,pid] of targets){ const b=cpu(pid); const res=await wrk({url:`${url}/api/v1${path}`,bearer,...(body?{body}:{})},{seconds:2}); const us=(cpu(pid)-b)*1000/(res.perSecond*2); if(i>0) out[n].push({us,rps:res.perSecond}); }
 const line=(n:string)=>`${n}: us min ${Math.min(...out[n].map((x:any)=>x.us)).toFixed(2)} med ${med(out[n].map((x:any)=>x.us)).toFixed(2)} rps ${med(out[n].map((x:any)=>x.rps)).toFixed(0)}`;
 console.log(path, line("bare"), line("ours"), "ratio(us med)", (med(out.bare.map((x:any)=>x.us))/med(out.ours.map((x:any)=>x.us))).toFixed(3), "ratio(us min)", (Math.min(...out.bare.map((x:any)=>x.us))/Math.min(...out.ours.map((x:any)=>x.us))).toFixed(3), "rps", out.ours.map((o:any,i:number)=>(o.rps/out.bare[i].rps).toFixed(2)).join(" "));
}
c.kill();

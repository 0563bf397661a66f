import { $ } from "bun";
import {wrk} from "../bench/wrk.ts";
import {readFileSync} from "node:fs";
const names=process.argv.slice(2);
const bearer=process.env.BEARER??"abc";
const path=process.env.P??"/api/v1/users/me"; const body=process.env.B;
const procs:any={};
for(const n of names){ 
  const isExe=n.includes("gatehouse");
  if(!isExe) await $`bun build --compile --bytecode --format=esm ${n}.ts --outfile /tmp/p1/${n}`.quiet();
  const c=Bun.spawn([`/tmp/p1/${n}`],{stdout:"pipe",stderr:"inherit",env:{...process.env,NODE_ENV:"production"}});
  const r=c.stdout.getReader(); const {value}=await r.read();
  procs[n]={c,port:Number(new TextDecoder().decode(value))};
}
const cpu=(pid:number)=>{const f=readFileSync(`/proc/${pid}/stat`,"utf8").split(") ")[1]!.split(" ");return (Number(f[11])+Number(f[12]))*10};
const out:any={};
for(let round=0;round<6;round++) for(const n of names){
  const {c,port}=procs[n];
  const b=cpu(c.pid); const t=Date.now();
  const res=await wrk({url:`http://127.0.0.1:${port}${path}`,bearer,...(body?{body}:{})},{seconds:round===0?1:3});
  const e=cpu(c.pid); const secs=(Date.now()-t)/1000;
  const us=(e-b)*1000/(res.perSecond*(round===0?1:3));
  if(round>0)(out[n]??=[]).push([us,res.perSecond]);
}
const med=(a:number[])=>a.toSorted((x,y)=>x-y)[a.length>>1]!;
for(const n of names){console.log(n.padEnd(16), "us/req", med(out[n].map((x:any)=>x[0])).toFixed(2), "rps", med(out[n].map((x:any)=>x[1])).toFixed(0), "all", out[n].map((x:any)=>x[0].toFixed(2)).join(" ")); procs[n].c.kill();}

import {readFileSync} from "node:fs"; import { wrk } from "../bench/wrk.ts";
const names=process.argv.slice(2); const ps:any={};
const path=process.env.P??"/api/v1/users/me";
for(const n of names){const c=Bun.spawn(["bun",import.meta.dir+"/sv.ts",n],{stdout:"pipe",stderr:"inherit",env:{...process.env,NODE_ENV:"production"}}); const r=c.stdout.getReader(); let s=""; while(!s.includes("\n")) s+=new TextDecoder().decode((await r.read()).value); const [port,tok]=s.trim().split(" "); ps[n]={c,port,tok};}
const cpu=(pid:number)=>{const f=readFileSync(`/proc/${pid}/stat`,"utf8").split(") ")[1]!.split(" ");return (Number(f[11])+Number(f[12]))*10};
const out:any={};
for(let i=0;i<8;i++) for(const n of names){const p=ps[n]; const b=cpu(p.c.pid); const res=await wrk({url:`http://127.0.0.1:${p.port}${path}`,bearer:p.tok},{seconds:2}); const us=(cpu(p.c.pid)-b)*1000/(res.perSecond*2); if(i>1)(out[n]??=[]).push(us);}
for(const n of names){out[n].sort((a:number,b:number)=>a-b); console.log(n.padEnd(10),"min",out[n][0].toFixed(2),"med",out[n][out[n].length>>1].toFixed(2)); ps[n].c.kill();}

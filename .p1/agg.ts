import {readdirSync} from "node:fs";
const f=readdirSync(".").filter(x=>x.endsWith(".cpuprofile")).pop()!;
const p=JSON.parse(await Bun.file(f).text());
const self=new Map<string,number>(); const byId=new Map(p.nodes.map((n:any)=>[n.id,n]));
let total=0;
p.samples.forEach((id:number,i:number)=>{const n:any=byId.get(id); const k=n.callFrame.functionName+" "+n.callFrame.url.split("/").slice(-2).join("/")+":"+n.callFrame.lineNumber; const d=p.timeDeltas[i]; self.set(k,(self.get(k)??0)+d); total+=d;});
for(const [k,v] of [...self].sort((a,b)=>b[1]-a[1]).slice(0,32)) console.log((v/total*100).toFixed(1)+"%",k);

const s = Bun.serve({port:0,hostname:"127.0.0.1",routes:{"/api/v1/users/me":()=>new Response('{"success":true}',{headers:{"content-type":"application/json"}})},fetch(){return new Response("x",{status:404})}});
console.log(s.port);

const m=new Map<string,any>();
const user = {id: "01a1f855-df5b-75c6-9399-8b7e505ffd5e",email: "user-01a1f855-df5b-75c6-9399-8b7e505ffd5e@example.com",username: null,name: null,email_verified: false,roles: ["user"],phone: null,avatar_url: null,locale: null,metadata: {}};
m.set("Bearer abc", user);
let n=0; const drawn="abcdefghi";
const s = Bun.serve({port:0,hostname:"127.0.0.1",fetch(request){
 const u=user;
 n=(n+12345)>>>0;
 const id=drawn+n.toString(36).padStart(7,"0");
 const body=JSON.stringify({success:true,data:u,timestamp:new Date().toISOString()});
 return new Response(body,{headers:{"content-type":"application/json"}});
}});
console.log(s.port);

"""How people sign in: by password and second factor or by Entra ID; and what they look after themselves."""

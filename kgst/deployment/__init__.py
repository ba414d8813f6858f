"""What a deployment is: its contracts and people, what must hold before, the steps, the record of them."""
